"""The words of templates, chosen when a template is compiled: a page pays nothing for them.

`{% trans %}` holds HTML, into which values go as they go into a template; `_("…")` is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import InternationalizationExtension
from jinja2.parser import Parser
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from digest.language import ENGLISH, Language

try:
    from markupsafe._speedups import _escape_inner as _escape
except ImportError:  # another version of the library, or one without its C
    _escape = escape

_PLACE = re.compile(r"%\((\w+)\)s")
_FORM = "form_of"  # of a plural that fits a number; a global of the environment


class _Trans(InternationalizationExtension):
    """The tag, as Jinja and Babel know it, its words put in."""

    environment: Environment

    def parse(self, parser: Parser) -> list[nodes.Node]:
        found = super().parse(parser)
        parts = found if isinstance(found, list) else [found]
        return [part for node in parts for part in self._chosen(node)]

    def _chosen(self, node: nodes.Node) -> Iterator[nodes.Node]:
        if not isinstance(node, nodes.Output):
            yield node
            return
        call = node.nodes[0]
        assert isinstance(call, nodes.Call)
        assert isinstance(call.node, nodes.Name)
        kind = call.node.name.removesuffix("gettext")  # n: of a plural, p: with a context
        *texts, number = (*call.args, None) if "n" not in kind else call.args
        arguments = [text.value for text in texts if isinstance(text, nodes.Const)]
        context = arguments.pop(0) if "p" in kind else ""
        values = {each.key: each.value for each in call.kwargs}
        forms = self.environment.language.forms(arguments[0], context)
        if number is None:
            yield _output(node.lineno, (forms or arguments)[0], values)
            return
        if forms:
            number = nodes.Call(nodes.Name(_FORM, "load"), [number], [], None, None)
            tests = [nodes.Const(at) for at in range(len(forms))]
        else:
            forms, tests = tuple(arguments), [nodes.Const(1), nodes.Const(None)]
        chosen: list[nodes.Node] = [_output(node.lineno, forms[-1], values)]
        for form, test in reversed(list(zip(forms[:-1], tests[:-1], strict=True))):
            is_it = nodes.Compare(number, [nodes.Operand("eq", test)])
            chosen = [
                nodes.If(
                    is_it, [_output(node.lineno, form, values)], [], chosen, lineno=node.lineno
                )
            ]
        yield from chosen


def _output(line: int, text: str, values: Mapping[str, nodes.Expr]) -> nodes.Output:
    pieces = _pieces(text, values, nodes.TemplateData)
    return nodes.Output(pieces, lineno=line)


def _pieces(
    text: str, values: Mapping[str, nodes.Expr], plain: Callable[[str], nodes.Expr]
) -> list[nodes.Expr]:
    parts = _PLACE.split(text)  # text, name, text, ...
    return [
        values[part] if at % 2 else plain(part.replace("%%", "%"))
        for at, part in enumerate(parts)
        if part or at % 2
    ]


class _Calls(NodeTransformer):
    """Puts the words in the place of `_("…")`."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        node.nodes = [part for child in node.nodes for part in self._said(child) or [child]]
        self.generic_visit(node)
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        pieces = self._said(node)
        said = nodes.Concat(pieces, lineno=node.lineno) if len(pieces) > 1 else (*pieces, node)[0]
        self.generic_visit(said)
        return said

    def _said(self, node: nodes.Node) -> list[nodes.Expr]:
        """The words and values of a call; nothing where it is another, or knows its words later."""
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(words))]):
                said = (self._language.forms(words) or (words,))[0]
                values = {each.key: each.value for each in node.kwargs}
                return _pieces(said, values, nodes.Const)
        return []


class _Generator(CodeGenerator):
    environment: Environment

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        super().visit_Template(_Calls(self.environment.language).visit(node), frame)
        self.writeline("from digest.language.templates import escaped as escape")


def escaped(value: Any) -> str:
    """As MarkupSafe's own, for what is joined to a page: a plain text, not an object that says it
    is safe, which takes as long to make as to escape.
    """
    if type(value) is str:
        return _escape(value)
    return value if isinstance(value, Markup) else escape(value)


class Environment(jinja2.Environment):
    """Jinja's, for templates in one language."""

    code_generator_class = _Generator

    def __init__(self, language: Language = ENGLISH, **options: Any) -> None:
        """
        Args:
            options: of Jinja's own.
        """
        self.language = language
        super().__init__(**options)
        self.add_extension(_Trans)
        self.newstyle_gettext = True  # values are arguments, and stay apart from the words
        self.policies["ext.i18n.trimmed"] = True
        self.globals |= {
            "_": language.say,
            "foreign": not language.is_english,
            "direction": language.direction,
            _FORM: language.form,
        }
        self.filters |= {
            "number": language.number,
            "decimal": language.decimal,
            "day": language.day,
            "full_day": language.full_day,
            "day_of_month": language.day_of_month,
            "month": language.month,
            "month_letter": language.month_letter,
            "weekday": language.weekday,
            "weekday_letter": language.weekday_letter,
        }

"""Tables of TeX commands: those of text, and the macros authors leave in their formulas."""

from string import ascii_lowercase, ascii_uppercase


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


# Letters that TeX spells as commands.
LETTERS = {
    "AA": "Å", "AE": "Æ", "DH": "Ð", "DJ": "Đ", "L": "Ł", "NG": "Ŋ", "O": "Ø", "OE": "Œ",
    "SS": "ẞ", "TH": "Þ", "aa": "å", "ae": "æ", "dh": "ð", "dj": "đ", "i": "ı", "j": "ȷ",
    "l": "ł", "ng": "ŋ", "o": "ø", "oe": "œ", "ss": "ß", "th": "þ",
}  # fmt: skip

# Accent commands and the combining characters they stand for.
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323",
    "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip

# How names begin whose first letter somebody wrote as a command without its space: `\Lukasz`.
NAME_BEGINNINGS = (
    "Lagi", "Lapi", "Lawr", "Laz", "Lod", "Loj", "Losi", "Loz", "Luc", "Luk", "Lus", "Lys",
    "Odeg", "Oiv", "Oks", "Ols", "Ore", "Orn", "Ors", "Ost", "Ove", "Oye", "Oys", "Oyv",
)  # fmt: skip

# Commands of text that stand for characters or words.
WORDS = {
    "LaTeX": "LaTeX", "TeX": "TeX", "LaTeXe": "LaTeX2ε", "BibTeX": "BibTeX", "XeTeX": "XeTeX",
    "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "etc": "etc.", "aka": "a.k.a.", "cf": "cf.",
    "wrt": "w.r.t.", "vs": "vs.", "slash": "/", "quad": " ", "qquad": " ", "enspace": " ",
    "thinspace": " ", "space": " ", "xspace": "", "ldots": "…", "dots": "…", "textellipsis": "…",
    "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
    "textgreater": ">", "textbar": "|", "textbraceleft": "{", "textbraceright": "}",
    "textunderscore": "_", "textdollar": "$", "textbullet": "•", "textperiodcentered": "·",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'",
    "textquotedbl": '"', "guillemotleft": "«", "guillemotright": "»", "textdegree": "°",
    "degree": "°", "deg": "°", "textcelsius": "°C", "celsius": "°C", "textmu": "µ", "micro": "µ",
    "texttimes": "×", "textpm": "±", "textdiv": "÷", "textperthousand": "‰", "textpermil": "‰",
    "percent": "%", "texttrademark": "™", "trademark": "™", "textregistered": "®",
    "copyright": "©", "textcopyright": "©", "pounds": "£", "textsterling": "£", "euro": "€",
    "texteuro": "€", "textyen": "¥", "textcent": "¢", "textsection": "§", "textparagraph": "¶",
    "textordfeminine": "ª", "textordmasculine": "º", "textdagger": "†", "textdaggerdbl": "‡",
    "textonehalf": "½", "textonequarter": "¼", "textthreequarters": "¾", "textohm": "Ω",
    "textasteriskcentered": "*", "textquestiondown": "¿", "textexclamdown": "¡",
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "milli": "m", "nano": "n", "hertz": "Hz",
    "second": "s", "metre": "m", "meter": "m", "gram": "g", "watt": "W", "volt": "V", "byte": "B",
    "bit": "bit", "per": "/",
}  # fmt: skip

# Commands that set their argument apart, and the element that does so; empty where none does.
WRAPPERS = {
    "emph": "em", "textit": "i", "textsl": "i", "textbf": "b", "texttt": "code",
    "underline": "u", "uline": "u", "textsuperscript": "sup", "textsubscript": "sub",
}  # fmt: skip

# Declarations, which hold until their group ends.
DECLARATIONS = {
    "em": "em", "it": "i", "itshape": "i", "sl": "i", "slshape": "i", "bf": "b", "bfseries": "b",
    "tt": "code", "ttfamily": "code",
}  # fmt: skip

# Commands that print nothing. Those that take an argument lose it with them.
SILENT = _names(
    "rm sf sc rmfamily sffamily scshape upshape mdseries normalfont normalsize tiny scriptsize",
    "footnotesize small large Large LARGE huge Huge boldmath unboldmath noindent indent centering",
    "protect relax maketitle allowbreak nobreak linebreak nolinebreak newpage hfill vfill left",
    "right big Big bigg Bigg bigl bigr Bigl Bigr displaystyle textstyle limits nolimits nonumber",
    "smallskip medskip bigskip ignorespaces unskip leavevmode mathstrut xspace null",
)
SILENT_WITH_ARGUMENT = _names(
    "label vspace hspace color index pagestyle thispagestyle includegraphics bibliography",
    "bibliographystyle usepackage setlength",
)
# Commands whose first argument only says how to show the second.
SECOND_ARGUMENT = _names("textcolor colorbox texorpdfstring raisebox scalebox")
REFERENCES = _names(
    "cite citep citet citealp citealt citeauthor citeyear citeyearpar autocite parencite textcite",
    "ref eqref autoref cref Cref pageref nameref",
)
NOTES = _names("footnote footnotetext thanks")
LISTS = {"itemize": "ul", "enumerate": "ol", "description": "ul"}
EQUATIONS = _names(
    "equation align gather multline eqnarray displaymath math alignat flalign",
    "equation* align* gather* multline* eqnarray* alignat* flalign*",
)

# Macros of formulas that authors define for themselves and leave in abstracts; the converter knows
# none of these. Those with two readings (\E, \C, \F) have the commoner one.
MACROS = {
    "eps": r"\varepsilon", "ep": r"\varepsilon", "ve": r"\varepsilon", "vareps": r"\varepsilon",
    "half": r"\tfrac{1}{2}", "defeq": r"\coloneqq", "given": r"\mid",
    "dd": r"\mathrm{d}", "secp": r"\lambda", "secpar": r"\lambda", "upmu": r"\mu",
    "naturals": r"\mathbb{N}", "integers": r"\mathbb{Z}",
    "expect": r"\mathbb{E}", "Expect": r"\mathbb{E}", "Ex": r"\mathbb{E}", "prob": r"\Pr",
    "Prob": r"\Pr", "bit": r"\{0,1\}", "bits": r"\{0,1\}", "Eb": "E_b", "D": r"\mathrm{D}",
    "code": r"\mathcal{C}",
    "one": r"\mathbf{1}", "bone": r"\mathbf{1}", "ind": r"\mathbf{1}", "zero": r"\mathbf{0}",
    "mbox": r"\text{#1}", "hbox": r"\text{#1}", "textnormal": r"\text{#1}", "textup": r"\text{#1}",
    "mathds": r"\mathbb{#1}", "mathbbm": r"\mathbb{#1}", "mathbold": r"\boldsymbol{#1}",
    "pmb": r"\boldsymbol{#1}",
    "ensuremath": "{#1}", "norm": r"\left\|#1\right\|", "abs": r"\left|#1\right|",
    "card": r"\left|#1\right|", "floor": r"\left\lfloor#1\right\rfloor",
    "ceil": r"\left\lceil#1\right\rceil", "ceiling": r"\left\lceil#1\right\rceil",
    "inner": r"\left\langle#1,#2\right\rangle", "paren": r"\left(#1\right)",
    "nicefrac": "{#1}/{#2}", "sfrac": "{#1}/{#2}", "texorpdfstring": "#1{}",
    "widetilde": r"\tilde{#1}", "bigO": r"O\left(#1\right)", "Oh": r"\mathcal{O}", "BO": "O",
    "Otilde": r"\tilde{O}", "tO": r"\tilde{O}", "slash": "/", "textgreater": ">", "textless": "<",
    "textdegree": r"{}^\circ", "percent": r"\%", "centernot": r"\not",
    "smash": "{#1}", "mathlarger": "{#1}", "num": "{#1}", "SI": r"{#1}\,\mathrm{#2}",
    "qty": r"{#1}\,\mathrm{#2}", "eqref": r"\text{(#1)}", "dB": r"\,\mathrm{dB}",
    "db": r"\,\mathrm{dB}", "NNN": r"\mathbb{N}", "ltlf": r"\mathrm{LTL}_f",
    # What LaTeX and its packages have and the converter lacks.
    "substack": r"\begin{gathered}#1\end{gathered}", "dotsb": r"\cdots", "dotsm": r"\cdots",
    "dotsi": r"\cdots", "dotsc": r"\ldots", "dotso": r"\ldots", "hdots": r"\ldots",
    "smallsetminus": r"\setminus", "varpropto": r"\propto", "thicksim": r"\sim",
    "thickapprox": r"\approx", "varprod": r"\prod", "diameter": r"\varnothing",
    "varlimsup": r"\overline{\lim}", "varliminf": r"\underline{\lim}", "mathpzc": r"\mathcal{#1}",
    "widecheck": r"\check{#1}", "utilde": r"\underset{\sim}{#1}",
    "overarc": r"\overset{\frown}{#1}",
    "underaccent": r"\underset{#1}{#2}", "accentset": r"\overset{#1}{#2}", "textmd": r"\text{#1}",
    "textsuperscript": r"{}^{\text{#1}}", "textsubscript": r"{}_{\text{#1}}",
    "rlap": "{#1}", "llap": "{#1}", "mathrlap": "{#1}", "mathllap": "{#1}", "mathclap": "{#1}",
    "celsius": r"{}^\circ\mathrm{C}", "si": r"\,\mathrm{#1}", "ang": r"{#1}^\circ",
    "dv": r"\frac{\mathrm{d}#1}{\mathrm{d}#2}", "pdv": r"\frac{\partial#1}{\partial#2}",
    "ketbra": r"\left|#1\right\rangle\left\langle#2\right|", "comm": r"\left[#1,#2\right]",
    "expval": r"\left\langle#1\right\rangle", "ev": r"\left\langle#1\right\rangle",
    "mel": r"\left\langle#1\middle|#2\middle|#3\right\rangle",
    "order": r"\mathcal{O}\left(#1\right)", "flatfrac": "{#1}/{#2}", "bigo": r"O\left(#1\right)",
    "softorder": r"\tilde{O}\left(#1\right)",
} | dict.fromkeys(
    ("xspace", "protect", "allowbreak", "boldmath", "nolinebreak", "strut", "null"), ""
)  # fmt: skip

# Upright Greek letters of other packages.
MACROS |= {
    f"up{name}": rf"\{name}"
    for name in _names(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi pi rho sigma tau",
        "upsilon phi chi psi omega",
    )
}

# Names that stand upright: functions, parameters, groups, complexity classes, logics, models.
UPRIGHT = _names(
    "Aut Cov Diag Dim End GF GL Gal Hom Id KL Ker Mod OPT PSL ReLU SIZE SL SNR SO SU Sp Span",
    "Spec TV Tr Var aff cl codim coker cone conv cost cov curl cw diag diam dist dom egd epi",
    "gd gf girth grad id lcm logit mad msg negl nspace opt ord pl poly polylog proj prox pw",
    "rank rat relu rk select sgn sign sinc sla snr softmax span supp td tr trace tw vol",
    "AC APSP ALG BPP BQP CNF CSP CTL DNF ETH EXP FO FPT IP LTL MSO NC NEXP NL NP OV PSPACE",
    "QMA RP SAT SETH TC TIME XNLP XP ZPP coNP csp ltl scsp tcsp LOCAL CONGEST MPC",
)
MACROS |= {name: rf"\operatorname{{{name}}}" for name in UPRIGHT}
# Those of all these that mean the same outside of a formula.
IN_TEXT = UPRIGHT | _names("eps vareps upmu")

# Shorthands for one letter in some style: \RR, \cS, \Hcal, \bx, \vx, \wmin.
_STYLES = {
    "mathbb": (ascii_uppercase, "{0}{0} bb{0} {0}bb mbb{0}"),
    "mathcal": (ascii_uppercase, "c{0} C{0} cal{0} {0}cal mc{0} mcal{0}"),
    "mathbf": (ascii_uppercase + ascii_lowercase, "b{0} bf{0} {0}bf mb{0} v{0} m{0}"),
}
# Names that the converter or the text knows as something else, or that take a letter to style.
_TAKEN = _names("AA SS Bbb bf bm vs mp mu bd bs mb mbb mbf mbs mc mf mr ms")
_SIZES = _names("min max opt eff tot total avg step")
MACROS |= {letter: rf"\mathbb{{{letter}}}" for letter in "CEFQ"}
_LETTER_MACROS = {
    form.format(letter): rf"\{style}{{{letter}}}"
    for style, (letters, forms) in reversed(_STYLES.items())
    for letter in reversed(letters)
    for form in reversed(forms.split())
} | {
    f"{letter}{size}": rf"{letter}_{{\mathrm{{{size}}}}}"
    for letter in ascii_uppercase + ascii_lowercase
    for size in _SIZES
}
MACROS = {name: new for name, new in _LETTER_MACROS.items() if name not in _TAKEN} | MACROS

# What follows shows whether a guess is right. One of these stands for a letter, and takes nothing;
# a letter that stands for an expectation or a probability may.
SHORTHANDS = frozenset(
    name
    for name, new in MACROS.items()
    if name in {"eps", "ep", "ve", "vareps", "half"}
    or (_LETTER_MACROS.get(name) == new and not new.endswith(("{E}", "{P}")))
)
# These take one group or more, and nothing else.
ARGUMENTS = dict.fromkeys(
    _names("norm abs card floor ceil ceiling paren bigO bigo order num ang si expval ev"), 1
) | dict.fromkeys(_names("inner qty SI dv pdv comm ketbra flatfrac"), 2) | {"mel": 3}  # fmt: skip
# These stand alone, or take a group, which they put in brackets.
ORDERS = {
    "Oh": "order", "cO": "order", "BO": "bigO", "Otilde": "softorder", "tO": "softorder",
}  # fmt: skip
# These set the letter or group that follows in a style.
STYLES = (
    dict.fromkeys(_names("bd bs bv mat mb mbf vb vect"), "mathbf")
    | dict.fromkeys(_names("bb mbb"), "mathbb")
    | dict.fromkeys(_names("mc mcal mscr"), "mathcal")
    | dict.fromkeys(_names("mf mfr mfrak"), "mathfrak")
    | dict.fromkeys(_names("mr mrm"), "mathrm")
    | dict.fromkeys(_names("ms msf"), "mathsf")
    | {"mbs": "boldsymbol", "va": "vec", "vv": "vec"}
)

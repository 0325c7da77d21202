"""TeX as arXiv sends it: what a reader sees of it, as a line of text and as HTML."""

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from digest import tex
from digest.model import Markup

ACCENTS = [
    (r"Kekul\'e", "Kekulé"),
    (r"Erd\H{o}s--R\'{e}nyi", "Erdős–Rényi"),
    (r"Fran\c{c}ois, Bulu\cc, Dvo\v{r}\'{a}k", "François, Buluç, Dvořák"),
    (r"{\'\i}, \'{\i}, \~a, \`{a}, \^o, \k{a}, \.z", "í, í, ã, à, ô, ą, ż"),
    (
        r"Weierstra\ss\ equation, H{\aa}stad, {\L}ukasiewicz",
        "Weierstraß equation, Håstad, Łukasiewicz",
    ),
    (r"Bj{\o}rn, Hj\orungnes, Kuty{\l}owski", "Bjørn, Hjørungnes, Kutyłowski"),
    (r"na\"ive B\"{u}chi, \"Uber", "naïve Büchi, Über"),
    (r"Jean-S{é}bastien", "Jean-Sébastien"),
    (r"\"I Thought You Were\": Norms", '"I Thought You Were": Norms'),
    (r"Ji\vrí Matou\vsek, Mar\'\ia, D\kebowski", "Jiří Matoušek, María, Dębowski"),
    (r"\Lukasz, Fran\ccois, \Orsted", "Łukasz, François, Ørsted"),
    (r"Erd\Hos, Garc\'\ia, Gon\ccalves, \AAke", "Erdős, García, Gonçalves, Åke"),
    (r"Polyak-\Lojasiewicz, \Loss, \ours", "Polyak-Łojasiewicz, Loss, ours"),
    (r"\k{appa} = 0.74, \r{ho}, \c{opyright} 2025", "κ = 0.74, ρ, © 2025"),
]

TEXT = [
    (r"\emph{KVServe} and {\em both} in \textbf{bold}", "KVServe and both in bold"),
    ("\\textbf{a \\emph{b} {\\it c}} \\textsc{Max} \\underline{U}SDC", "a b c Max USDC"),
    (r"50\%, R\&D, \$5, C\#, a\_b, \{x\}", "50%, R&D, $5, C#, a_b, {x}"),
    ("``quoted'' and `single'", "“quoted” and ‘single’"),
    ("LanG -- a platform---and 3--5", "LanG – a platform—and 3–5"),
    (r"Fig.~4, 6.2\,px, 1~000, vs.\ 5", "Fig. 4, 6.2 px, 1 000, vs. 5"),
    ("about ~15x (~76%), 3~5 times", "about ~15x (~76%), 3~5 times"),
    (r"by motifs.\\ Our results\\[2pt] complete", "by motifs. Our results complete"),
    (r"\cite{RR99}, \citep[see][]{a, b}, \cite[p.~5]{c}", "[RR99], [see a, b], [c, p. 5]"),
    (r"AdvTraffic\footnote{Under review.}.", "AdvTraffic (Under review.)."),
    (r"\LaTeX{} in 360{\deg}, \textcopyright 2027", "LaTeX in 360°, © 2027"),
    (r"{\color{red}hot} \textcolor{blue}{cold} \mbox{RefCOCOg}", "hot cold RefCOCOg"),
    (r"the \rev{containment} of \ac{GNN}", "the containment of GNN"),
    (r"{\Delta}, \alpha>0.3, 0.80 \pm 0.10, n \geq 1", "Δ, α>0.3, 0.80 ± 0.10, n ≥ 1"),
    (r"size O(\sqrt{nD}) and \frac{a}{b}, \PSPACE-hard", "size O(√(nD)) and a/b, PSPACE-hard"),
    ("{0,1}^n, the {x_i}, n^{2+o(1)}, {MSR-Align}", "{0,1}^n, the {x_i}, n^(2+o(1)), MSR-Align"),
    ("messages of polylog{n} size", "messages of polylog(n) size"),
    (r"136{,}708 settlements \verb|a_b|", "136,708 settlements a_b"),
    ("Q&amp;A of A &lt; B, R&D, a&lt b", "Q&A of A < B, R&D, a&lt b"),
    ("one<br>two<br/>three", "one two three"),
    (r"We present \tool{}, which \ours beats", "We present tool, which ours beats"),
    ("*analog* computation", "*analog* computation"),
    (r"unbalanced } and \GRASP-HO}", "unbalanced } and GRASP-HO}"),
]  # fmt: skip

FORMULAS = [
    ("$O(n^2)$", "O(n²)"),
    (r"$\ell$-bit, $\eps > 0$", "ℓ-bit, ε > 0"),
    (r"$t < \frac{1}{5} n$", "t < 1/5 n"),
    (r"$(\frac13 - ε)n$", "(1/3−ε)n"),
    (r"$\tilde{O}(D+\sqrt{n})$", "Õ(D+√n)"),
    (r"$ \left\lceil \frac{k}{n-2} \right\rceil - 1$", "⌈k/(n−2)⌉−1"),
    (r"$\sum_{x\in\mathbb{F}} F(x)=a$", "∑_(x∈𝔽) F(x) = a"),
    (r"$O(n \ell + n^2 λ\log n)$", "O(nℓ+n²λ log n)"),
    (r"uncertainty$\unicode{x2015}$yet", "uncertainty―yet"),
    ("$k$-means, D$^2$GSLAM, 4Hb-TaS$_2$", "k-means, D²GSLAM, 4Hb-TaS₂"),
    (r"$9.13\times$, $\sim 45\%$, $46.39 \pm 4.32\%$", "9.13×, ∼45%, 46.39±4.32%"),
    (r"$2^{\Omega(n)}$, $n^{1+\varepsilon}$, $E_p^{(m)}$", "2^(Ω(n)), n^(1+ε), Eₚ^(m)"),
    (r"$W_{\mathrm{max}}$, $x_{i,j}$, $90^\circ$, $f''$", "Wₘₐₓ, x_(i,j), 90°, f″"),
    (r"$\mathcal{O}(n)$, $\RR^d$, $\mathds{1}$", "O(n), ℝᵈ, 𝟙"),
    (r"$\{0,1\}^n$, $1{,}000$, $f\colon A \to B$", "{0, 1}ⁿ, 1,000, f:A → B"),
    (r"$\binom{n}{k}$, $\sqrt[3]{n}$, $\text{P}\neq\text{NP}$", "(n choose k), ∛n, P ≠ NP"),
    (r"$\textsf{Bichrom.-$\ell_2$-Closest-Pair}$", "Bichrom.-ℓ₂-Closest-Pair"),
    (r"\(x \le y\) and \[ n \poly(k) \]", "x ≤ y and n poly(k)"),
    (r"\begin{align}a&=b\label{e}\\&=c\end{align}", "a = b; = c"),
    (r"$O\_{bit}(n)$, $\wmin$, $\cS$, $\bx$", "O_bit(n), wₘᵢₙ, S, x"),
    (r"RRT\(^{*}\) at $^{th}$", "RRT* at ᵗʰ"),
    (r"$\overline{x}$, $\hat{y}_i$, $\vec{v}$", "x̄, ŷᵢ, v⃗"),
    (r"$\text{top_k}$, $54.5%$, $\#P$ and $#P$", "top_k, 54.5%, #P and #P"),
    (r"$\sum_{\substack{i<j\\k}} x$, $\scalebox{2}{x}$, $\upalpha$", "∑_(i<j; k) x, x, α"),
    (r"$\begin{split}a&=b\\&=c\end{split}$, $\ketbra{0}{1}$", "a = b; = c, |0⟩⟨1|"),
    (r"$\pdv{f}{x}$, $A\smallsetminus B$, $10\textsuperscript{th}$", "(∂f)/(∂x), A∖B, 10ᵗʰ"),
    (r"$2^{\alpha n}$, $2^{kmnr}$, $10^{1000}$, $x_{total}$", "2^(αn), 2^(kmnr), 10^1000, x_total"),
    (r"$\foo{x}$", "foox"),
    (r"$\bigO(n)$, $\order(n)$, $\card(X)$", "bigO(n), order(n), card(X)"),
    (r"$\Oh{n}$, $\norm[A]{x}$, $\dv{x}=2$", "O(n), norm[A]x, dvx=2"),
    (r"$\bigO{n}$, $\norm{x}_2$, $\cO{n}$, $\Oh(n)$", "O(n), ‖x‖₂, O(n), O(n)"),
    (r"$\eps{x}$, $\frac\eps{2}$, $\bx{y}$, $\EE{X}$", "epsx, ε/2, bxy, 𝔼X"),
    (r"$\mb A$, $\bb L$, $\mbf S$, $\bv{A}$", "A, 𝕃, S, A"),
    (r"$\bb{R}^n$, $\mc L$, $\bv$, $\vv{x}$, $\mb = 0$", "ℝⁿ, L, v, x⃗, mb= 0"),
    (r"$\begin{cases} a \\[1mm] b \end{cases}$, $\smash[t]{x}$", "{a; b, x"),
    (r"$\begin{pmatrix*}[r] 1 \\*[-2pt] 2 \end{pmatrix*}$, $\cfrac[l]{1}{x}$", "(1; 2), 1/x"),
    (r"$\begin{aligned}[t] a \\ [b] \end{aligned}$, $\underbracket[1pt]{x}$", "a; [b], x"),
    (r"$\overline{P_r}$, $1.\overline{36}$, $\sqrt{n}m$", "P̅ᵣ̅, 1.3̅6̅, √n m"),
    (r"$\sqrt{n}^2$, $\sqrt{n^2}$, $\sqrt{2}\sqrt{3}$, $1/\sqrt{n}$", "(√n)², √(n²), √2 √3, 1/√n"),
    (r"$\widehat{AB}$, $\tilde{p_i}$, $\underline{x}$", "hat(AB), p̃ᵢ, x̲"),
    (r"$\overbrace{a+b}^{n}$, $\overline{x+y}z$", "(a+b)ⁿ, x̅+̅y̅z"),
]

MONEY = [
    "costs $5 and $10 today",
    "a total of $62,500 bounties",
    "US$3M, up from US$300,000",
    "between $5-$10 per task, <$0.02 each",
    "for 1$: cheap, 250$ to 300$",
    "of $263.8 million, within its $700 million cap and $1.72 billion",
    "worth over $150B",
    "US$ 5 and US$ 10",
    "pays C$ 7, and gets HK$ 10 back",
    "$ with 10.08$ left",
    "5 $ and 10 $, or $1M+$2M",
]


@pytest.mark.parametrize(("source", "text"), ACCENTS + TEXT + FORMULAS)
def test_plain_text_reads_as_the_author_meant_it(source: str, text: str) -> None:
    assert tex.plain(source) == text


@pytest.mark.parametrize("price", MONEY)
def test_dollars_of_money_stay_dollars(price: str) -> None:
    assert tex.plain(price) == price
    assert tex.inline_html(price).formulas == 0


def test_money_and_formulas_share_a_sentence() -> None:
    text = tex.inline_html(r"at $5 a run, $n$ runs cost $2n$ or $3M, for $k \le 10$")
    assert text.formulas == 3
    assert (
        tex.plain("at $5 a run, $n$ runs cost $2n$ or $3M") == "at $5 a run, n runs cost 2n or $3M"
    )


def test_a_number_with_its_unit_is_text() -> None:
    text = "costs $8 kg$ of steel and $ with 10.08$ left after $10 ms$, $5 km/h$, $2 n$"
    assert tex.plain(text) == ("costs 8 kg of steel and $ with 10.08$ left after 10 ms, 5 km/h, 2n")
    assert tex.inline_html(text).formulas == 1


SIMPLE = [
    ("$x^2$, H$_2$O, $^{th}$", "<i>x</i><sup>2</sup>, H<sub>2</sub>O, <sup>th</sup>"),
    (r"$\textbf{A}$, $\mathbf{x}_i$", "<b>A</b>, <b>x</b><sub><i>i</i></sub>"),
    ("$10^{-3}$, $2^{nd}$, $x_i^2$", "10<sup>−3</sup>, 2<sup>nd</sup>, "
     "<i>x</i><sub><i>i</i></sub><sup>2</sup>"),
    (r"$\mathrm{CO}_2$, $^3\mathrm{He}$", "CO<sub>2</sub>, <sup>3</sup>He"),
    (r"$90^\circ$, $f''$, $\mathbb{R}^n$", "90°, <i>f</i>″, ℝ<sup><i>n</i></sup>"),
    (r"$5$, $1{,}000$, $45\%$, $9.13\times$, $-3$", "5, 1,000, 45%, 9.13×, −3"),
    (r"$\mathsf{NP}$, $\text{<b>}$", "NP, &lt;b&gt;"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "html"), SIMPLE)
def test_what_is_only_text_a_number_or_a_script_needs_no_mathml(source: str, html: str) -> None:
    assert tex.inline_html(source).html == f"{html}"
    assert tex.inline_html(source).formulas == source.count("$") // 2


@pytest.mark.parametrize("source", ["$x^2+y$", "$O(n^2)$", r"$\sqrt{x}$", "$x_{i_j}$", r"$\log n$"])
def test_any_other_formula_is_mathml(source: str) -> None:
    assert tex.inline_html(source).html.startswith("<math ")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("$n$th $k$-means a$n$", "[F_]th [F_]-means a[_F]"),
        ("($n$), $n$. {$n$}", "(F), F. F"),
        (r"\textbf{a$n$}b \emph{$n$}c", "<b>a[_F_]</b>b <em>[F_]</em>c"),
        ("$n$ $m$ $n$\nx", "F F F x"),
    ],
)
def test_a_formula_never_breaks_from_letters_that_touch_it(source: str, html: str) -> None:
    shown = re.sub("<math.*?</math>", "F", tex.inline_html(source).html)
    joined = html.replace("[", '<span class="nobreak">').replace("]", "</span>")
    assert shown == joined.replace("_", "\u2060")


def test_agent_alignment_is_one_word() -> None:
    assert tex.inline_html(r"Agent $\textbf{A}$lignment").html == "Agent <b>A</b>lignment"


def test_plain_markup_has_no_tex() -> None:
    text = r"$5 \emph{is} ``money'' -- <b>&amp;</b>"
    assert tex.plain(text, Markup.PLAIN) == text
    assert tex.inline_html(text, Markup.PLAIN).html == (
        r"$5 \emph{is} ``money'' -- &lt;b&gt;&amp;amp;&lt;/b&gt;"
    )


def test_formulas_become_mathml_with_their_tex_beside() -> None:
    done = tex.inline_html("in $n <\n 3$ rounds")
    assert done.html == (
        'in <math alttext="n &lt; 3"><mi>n</mi><mo>&lt;</mo><mn>3</mn></math> rounds'
    )
    assert (done.formulas, done.unconverted) == (1, ())


def test_what_cannot_be_converted_is_shown_as_code_and_counted() -> None:
    done = tex.block_html(r"We present \ours{}: $\undefined{x} < 1$ and $x$.")
    assert done.html == (
        r'<p>We present <code class="tex">\ours</code>: '
        r'<code class="tex">$\undefined{x} &lt; 1$</code> and '
        '<math alttext="x"><mi>x</mi></math>.</p>'
    )
    assert (done.formulas, done.unconverted) == (2, (r"\ours", r"$\undefined{x} < 1$"))


def test_emphasis_becomes_elements() -> None:
    source = r"\emph{a} \textit{b} \textbf{c} \texttt{d} {\bf e {\tt f}} \underline{g}"
    assert tex.inline_html(source).html == (
        "<em>a</em> <i>b</i> <b>c</b> <code>d</code> <b>e <code>f</code></b> <u>g</u>"
    )
    assert (
        tex.inline_html(r"CaCl\textsubscript{2}, x^{2}").html == "CaCl<sub>2</sub>, x<sup>2</sup>"
    )


def test_lines_are_paragraphs_and_counted_ones_a_list() -> None:
    # From arXiv:2602.20657 and arXiv:1009.0581.
    source = "We show:\n1. in $O(c)$\n2. always\nThe end\n- a\n- b\n3. alone"
    assert tex.plain_paragraphs(source) == (
        "We show:\n1. in O(c)\n2. always\nThe end\n- a\n- b\n3. alone"
    )
    html = re.sub("<math.*?</math>", "F", tex.block_html(source).html)
    assert html == (
        "<p>We show:</p><ol><li>in F</li><li>always</li></ol><p>The end</p>"
        "<ul><li>a</li><li>b</li></ul><p>3. alone</p>"
    )


def test_a_list_may_start_late_and_bullets_must_agree() -> None:
    assert tex.block_html("(3) a\n(4) b").html == '<ol start="3"><li>a</li><li>b</li></ol>'
    assert tex.block_html("1. a\n1. b\n- c\n• d").html == (
        "<p>1. a</p><p>1. b</p><p>- c</p><p>• d</p>"
    )


def test_environments_of_lists_nest() -> None:
    source = (
        r"Threefold. \begin{itemize} \item \textbf{One.} \begin{enumerate}[label=a]"
        r"\item[(i)] x \end{enumerate} \item Two $t=1$. \end{itemize} Done."
    )
    html = re.sub("<math.*?</math>", "F", tex.block_html(source).html)
    assert html == (
        "<p>Threefold.</p><ul><li><b>One.</b><ol><li>(i) x</li></ol></li><li>Two F.</li></ul>"
        "<p>Done.</p>"
    )
    assert tex.plain(source) == "Threefold. • One. • (i) x • Two t = 1. Done."


def test_displayed_formulas_stand_between_paragraphs() -> None:
    html = str(tex.block_html("We show that $$x^2$$ holds, \\[ y \\]").html)
    assert re.sub("<math(.*?)>.*?</math>", r"<math\1>", html) == (
        '<p>We show that</p><div class="display" tabindex="0"><math display="block" alttext="x^2">'
        '</div><p>holds,</p><div class="display" tabindex="0"><math display="block" alttext="y">'
        "</div>"
    )
    inline = tex.inline_html("We show that $$x^2$$ holds").html
    assert "<div" not in inline
    assert "display" not in inline


def test_emphasis_across_paragraphs_is_closed_and_opened_again() -> None:
    assert tex.block_html("a {\\em b\nc} d").html == "<p>a <em>b</em></p><p><em>c</em> d</p>"


LINKS = [
    ("see https://x.org/a_(b)).", "https://x.org/a_(b)"),
    (r"at \url{https://x.org/a\_b}.", "https://x.org/a_b"),
    (r"at https://x.org/projects\_a.php", "https://x.org/projects_a.php"),
    (r"\href{http://x.org/a\%20b}{here}", "http://x.org/a%20b"),
    (r"$\href{https://x.org}{\texttt{x}}$", "https://x.org"),
    ("code: github.com/a/b.", "https://github.com/a/b"),
    ("see www.x.org, now", "https://www.x.org"),
    ('<a href="https://x.org/p" class="y">Page</a>', "https://x.org/p"),
    (r"http://x.org/$\sim$me and", "http://x.org/~me"),
    (r"http://x.org/\~{}me", "http://x.org/~me"),
    ("<https://x.org/?a=1&amp;b=2>", "https://x.org/?a=1&b=2"),
    (r"\doi{10.1557/proc-21-589}", "https://doi.org/10.1557/proc-21-589"),
    ("“https://x.org/a”", "https://x.org/a"),
    ("**https://x.org/a**", "https://x.org/a"),
]


@pytest.mark.parametrize(("source", "address"), LINKS)
def test_addresses_are_found_and_linked(source: str, address: str) -> None:
    assert tex.addresses(source) == (address,)
    (link,) = etree.fromstring(f"<p>{tex.inline_html(source).html}</p>").iter("a")
    assert (link.get("href"), link.get("rel")) == (address, "external nofollow")


@pytest.mark.parametrize(
    "source",
    [
        r"\href{javascript:alert(1)}{here}",
        r"\url{data:text/html,x}",
        "<a href='javascript:alert(1)'>here</a>",
        "javascript:alert(1) ftp://x.org file:///etc",
        "http:// https://a https://[::1 http://user@x.org http://x.org:port/",
        "a sentence.The next, e.g.this github.com and notgithub.com/a/b",
        "me@www.x.org",
    ],
)
def test_nothing_else_becomes_a_link(source: str) -> None:
    assert tex.addresses(source) == ()
    assert "href" not in re.sub(r"\\href", "", tex.block_html(source).html)


def test_links_never_nest_and_titles_have_none() -> None:
    source = r"\href{https://x.org}{at https://y.org \url{https://z.org}} https://x.org"
    assert tex.addresses(source) == ("https://x.org",)
    assert tex.inline_html(source).html.count("<a ") == 2
    assert "<a" not in tex.title_html(source).html
    assert "https://y.org" in tex.title_html(source).html


def test_the_code_link_is_the_first_repository() -> None:
    comment = "ICML 2026, project page: https://x.github.io, https://github.com/lab"
    abstract = (
        r"Models: https://huggingface.co/lab/model. Code: \url{https://www.github.com/a/b\_c}; "
        "https://gitlab.com/d/e"
    )
    assert tex.code_link(comment, abstract) == "https://www.github.com/a/b_c"
    assert tex.code_link("https://huggingface.co/papers/2401.1", "") == ""
    assert (
        tex.code_link("https://huggingface.co/datasets/a/b")
        == "https://huggingface.co/datasets/a/b"
    )
    assert tex.code_link() == ""


def test_hostile_text_is_shown_as_text() -> None:
    source = "<script>alert(1)</script> <img src=x onerror=y> ]]> \"'& $<b>x\\text{<i>}$"
    html = tex.block_html(source).html
    assert set(re.findall(r"<([a-z]+)", html)) == {"p", "math", "mo", "mi", "mtext"}
    assert "]]&gt;" in html
    assert tex.plain("\u202eevil\u2066\x00\x1b\x85\ufeff\ud800\uffff text\U0001ffff") == "evil text"


def test_formulas_cannot_define_link_or_move() -> None:
    for source in (r"$\def\x{\x\x}\x$", r"$\newcommand{\a}{b}\a$", r"$\unicode{x5c}def\x{x}$"):
        assert tex.inline_html(source).unconverted == (source,)
    html = tex.inline_html(r"$\eqref{x}\raisebox{50em}{x}\hspace{100em}\color{red}y$").html
    assert not re.search(r"href|style|voffset|width|100em(?!})", html.replace(r"\raisebox", ""))


def test_seed_formulas_convert() -> None:
    sources = [
        r"runs in $O(c \log n / Φ_c)$ rounds for every $c \geq 1$, and $Φ_c$ is weak",
        r"$ \left\lceil \frac{k}{n-2} \right\rceil - 2$ agents, $1$-interval, $k$ agents",
        r"tolerates $t < \frac15 n$ of $O(n^2 \ell + n^3 λ)$, $t < (\frac13 - ε)n$, $ε> 0$",
        r"the form $\sum_{x\in\mathbb{F}} F(x)=a$ using $O(\log |\mathbb{F}|)$-bit, $\mathbb{F}$",
        r"$O(log^{1+o(1)} n)$-bit, $O(k \log n)$-round, $o(n/\log n)$ rounds",
        r"reducing $50\times$, up to $9.13\times$ JCT and $32.8\times$ TTFT",
        r"runtime uncertainty$\unicode{x2015}$yet existing systems",
    ]
    done = [tex.block_html(source) for source in sources]
    assert [text.formulas for text in done] == [3, 3, 4, 3, 3, 3, 1]
    assert not any(text.unconverted for text in done)


def words(*lines: str) -> list[str]:
    return " ".join(lines).split()


ELEMENTS = words(
    "p ol ul li br em i b u code sub sup a div span math mi mn mo mtext mrow msup msub msubsup",
    "mfrac msqrt mroot mover munder munderover mspace mtable mtr mtd mpadded mphantom menclose",
    "mmultiscripts mprescripts mstyle merror ms",
)
ATTRIBUTES = words(
    "href rel class tabindex start alttext display stretchy form fence separator accent notation",
    "accentunder lspace rspace linethickness mathvariant movablelimits minsize maxsize symmetric",
    "width largeop",
)
# Bits that mean something to TeX, or to HTML, or to nobody.
BITS = words(
    r"$ $$ \( \) \[ \] { } ^{ _{ ~ -- --- `` '' ` ' \\ \{ \} \$ \% \_{ \emph{ {\em \textbf{",
    r"\texttt{ \url{ \href{ \footnote{ \cite{a} \" \' \c \k{appa} \begin{itemize} \item",
    r"\end{itemize} \begin{align} \end{align} & &lt; &amp; &#0; < > <br> <script> </p> onclick=",
    r"]]> <a </a> https://x.org/ javascript: www.x.org github.com/a/b ) . 5 $5 n x_i \frac{1}{2}",
    r"\sqrt \left( \right) \alpha \foo \foo{ \unicode{x2015} \text{ \color{red} \verb| | {0,1}^n",
    r"polylog{n} é 中",
)
SPACES = ["\n", " ", "\r\n", "\u2028", "\ud800", "\x00", "\u202e", "\u0301", "1. ", "- "]
ANCHOR = "<a href='https://x.org'>"
texts = st.text(max_size=60) | st.lists(st.sampled_from([*BITS, *SPACES, ANCHOR]), max_size=25).map(
    "".join
)
markups = st.sampled_from(Markup)


@given(texts, markups)
@example("{" * 10_000 + "x", Markup.TEX)
@example(r"\textbf{" * 10_000, Markup.TEX)
@example("$" + r"\sqrt{" * 10_000 + "x" + "}" * 10_000 + "$", Markup.TEX)
@example("$" + r"\sqrt" * 799 + " x$", Markup.TEX)
@example("$x^{" * 300 + "}$" * 300, Markup.TEX)
@example(r"\begin{itemize}\item" * 5_000, Markup.TEX)
@example("$5 " * 20_000, Markup.TEX)
@example("https://x.org/" + "(" * 30_000 + ")" * 30_001, Markup.PLAIN)
@example("1. a\n" * 5_000, Markup.PLAIN)
def test_any_text_becomes_well_formed_html_of_our_elements_alone(text: str, markup: Markup) -> None:
    for convert in (tex.inline_html, tex.title_html, tex.block_html):
        done = convert(text, markup)
        root = etree.fromstring(f"<root>{done.html}</root>", etree.XMLParser(huge_tree=True))
        for element in root.iterdescendants():
            assert element.tag in ELEMENTS
            assert set(element.keys()) <= set(ATTRIBUTES)
            assert re.match("https?://", element.get("href", "https://"))
            assert element.get("class", "tex") in {"tex", "display", "left", "right", "nobreak"}
        assert not list(root.iterfind(".//a//a"))
        assert done.formulas >= sum(1 for source in done.unconverted if source.startswith("$"))


@given(texts, markups)
def test_any_text_becomes_a_line_without_controls(text: str, markup: Markup) -> None:
    line = tex.plain(text, markup)
    assert line == " ".join(line.split())
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe]", line)
    assert tex.plain_paragraphs(text, markup).split() == line.split()
    assert tex.addresses(text, markup) == tuple(dict.fromkeys(tex.addresses(text, markup)))


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co"]), max_size=60))
def test_text_without_tex_stays_as_it_is(text: str) -> None:
    assert tex.plain(text, Markup.PLAIN) == " ".join(text.split())
    if not re.search(r"[\\${}~^_`<&]|--|''|://|www\.|\.(com|co|org)/", text):
        assert tex.plain(text) == " ".join(text.split())


@pytest.mark.parametrize("source", [source for source, _ in ACCENTS + FORMULAS])
def test_plain_text_is_stable(source: str) -> None:
    line = tex.plain(source)
    if "{" not in line:  # braces that TeX showed would be TeX again
        assert tex.plain(line) == line


@given(texts)
def test_html_says_what_the_plain_text_says(text: str) -> None:
    """Letters of prose, formulas aside, are the same on a page and in a feed's title."""
    if "$" in text or "\\" in text or "^" in text or "_" in text:
        return
    html = tex.inline_html(text).html
    assert unescape(re.sub("<[^>]*>", "", html)).split() == tex.plain(text).split()


FORMULA = '(?:<span class="nobreak">\u2060?)?<math.*?</math>(?:\u2060?</span>)?'
MARKED = [
    ("speculative decoding", ["speculative decoding"], "<mark>speculative decoding</mark>"),
    (r"\emph{draft} model", ["draft model"], "<em><mark>draft</mark></em> <mark>model</mark>"),
    ("in $k$-means", ["k-means"], "in <mark>F</mark><mark>-means</mark>"),
    ("a 2^{nd} b", ["2ⁿᵈ"], "a <mark>2</mark><mark><sup>nd</sup></mark> b"),
    ("R&amp;D <b>", ["R&D", "<b>"], "<mark>R&amp;D</mark> <mark>&lt;b&gt;</mark>"),
    ("a  b\nc", ["a b"], "<mark>a  b</mark> c"),
]


@pytest.mark.parametrize(("source", "phrases", "html"), MARKED)
def test_words_of_the_plain_text_are_marked_in_the_html(
    source: str, phrases: list[str], html: str
) -> None:
    line = tex.plain(source)
    spans = [(at := line.index(phrase), at + len(phrase)) for phrase in phrases]
    marked = re.sub(FORMULA, "F", tex.title_html(source, spans=spans).html)
    assert marked == html


def test_marks_go_through_paragraphs_and_lists() -> None:
    source = "We show:\n1. in log\n2. always\nThe $$x$$ end"
    line = tex.plain(source)
    html = tex.block_html(source, spans=[(0, len(line))]).html
    assert re.sub("<math.*?</math>", "F", html) == (
        "<p><mark>We show:</mark></p><ol><li><mark>in log</mark></li><li><mark>always</mark></li>"
        '</ol><p><mark>The</mark></p><div class="display" tabindex="0">F</div>'
        "<p><mark>end</mark></p>"
    )


@given(texts, markups, st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=5))
@example("1. a\n2. b", Markup.PLAIN, [(0, 1), (1, 2)])
@example("{\\em  a }\n- b\n- c", Markup.TEX, [(0, 3), (2, 7)])
@example("x^{a\nb} \\item $$y$$ $\\unicode{x20}$", Markup.TEX, [(0, 30)])
def test_marks_change_nothing_but_themselves(
    text: str, markup: Markup, spans: list[tuple[int, int]]
) -> None:
    for convert in (tex.title_html, tex.block_html):
        done, bare = convert(text, markup, spans), convert(text, markup)
        assert re.sub("</?mark>", "", done.html) == bare.html
        assert (done.formulas, done.unconverted) == (bare.formulas, bare.unconverted)
        root = etree.fromstring(f"<root>{done.html}</root>", etree.XMLParser(huge_tree=True))
        assert not list(root.iterfind(".//mark//mark"))
        assert not list(root.iterfind(".//math//mark"))
        assert all("".join(map(str, mark.itertext())).strip() for mark in root.iter("mark"))


@given(texts, st.data())
def test_a_marked_word_is_the_word_of_the_plain_text(text: str, data: st.DataObject) -> None:
    if re.search(r"[\\$^_{}]", text):  # formulas and scripts are marked whole
        return
    line = tex.plain(text)
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    html = tex.title_html(text, spans=[(start, end)]).html
    marked = "".join(re.findall("<mark>(.*?)</mark>", html, re.DOTALL))
    assert unescape(marked).split() == line[start:end].split()

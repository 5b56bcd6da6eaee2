package mailin_test

import (
	"strings"
	"testing"

	"countersign/backend/mailin"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, doc, want string }{
		{"paragraphs", "<p>a<p>b</p>c", "a\n\nb\n\nc"},
		{"tight paragraphs", "<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"},
		{"lines", "a<br>b<br/>c</br>d<div>e</div>f<div><br></div><div>g<br></div>h", "a\nb\nc\nd\ne\nf\n\ng\nh"},
		{"white space", "  a\n \t b  <b> c</b>d&nbsp;e", "a b cd e"},
		{"preformatted", "<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"},
		{"a list", "<ul><li>a<li><p>b</p></ul><ol start=9><li>c</li><li>d</li></ol>", "- a\n- b\n\n9. c\n10. d"},
		{"lists in lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"},
		{"links", `<a href="https://x.example/p">here</a> <a href="https://x.example/">https://X.example</a> <a href="mailto:a@b.example">a@b.example</a>`,
			"here (https://x.example/p) https://X.example a@b.example"},
		{"links that aren't shown", `<a href="javascript:alert(1)">a</a> <a href="data:x">b</a> <a href="//x">c</a> <a>d</a> <a href="https://x.example/ y">e</a><a href="https://x.example"><img></a>`, "a b c d e"},
		{"links in links", `<a href="https://x.example/1">a<a href="https://x.example/2">b</a>`, "a (https://x.example/1)b (https://x.example/2)"},
		{"pictures", `a<img src=cid:1 alt="Logo">b<img alt="😀"><img>`, "a[Logo]b😀"},
		{"a table", "<table><tr><th>a</th><th>b</th></tr><tr><td>1<td>2</table>c", "a\tb\n1\t2\n\nc"},
		{"what isn't text", "<head><title>t</title><style>s{}</style></head><body>a<script>alert('x')</script><!-- c --><template>t</template><svg><text>s</text></svg><noscript>n</noscript>b", "ab"},
		{"an open head", "<head><title>t</title><body>a", "a"},
		{"a head with a text", "<head><style>s</style><div>a</div><body>b", "a\nb"},
		{"hidden", `a<span style="display: none">secret<b>er</b></span>b<div style="DISPLAY:NONE">x</div>`, "ab"},
		{"quotes", "a<blockquote type=cite>b<blockquote>c</blockquote></blockquote>d", "a\n> b\n> > c\n\nd"},
		{"headings and rules", "<h1>a</h1>b<hr>c", "a\n\nb\n---\nc"},
		{"entities", "&lt;b&gt; &amp;amp; &eacute;&#8364;&#x20AC; &bogus; &#xD800;", "<b> &amp; é€€ &bogus; \ufffd"},
		{"nothing", "", ""},
		{"not even HTML", "a < b and c > d", "a < b and c > d"},
		{"broken", "<<<>>><p<p><a <b>x</</b></p", "<<<>>>x"},
		{"closed but never opened", "a</div></p></b></blockquote>b", "a\n\nb"},
		{"crossed", "<b>a<blockquote type=cite>b</b>c</blockquote>d<div>e<blockquote>f</div>g", "a\n> bc\n\nd\ne\n> f\n\ng"},
		{"a definition", "<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"},
		{"conditional comments", "a<!--[if mso]>x<![endif]--><![if !mso]>b<![endif]>", "ab"},
	} {
		if got := mailin.HTML(c.doc); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// However deep elements lie in each other, they are read, and what is far too deep only loses its own effect.
func TestHTML_deep(t *testing.T) {
	t.Parallel()
	if got := mailin.HTML(strings.Repeat("<div>", 1000) + "a<style>b{}</style>c"); got != "ac" {
		t.Errorf("%q", got)
	}
	for _, tag := range []string{"div", "blockquote", "ul", "table", "b", "p"} {
		doc := "before" + strings.Repeat("<"+tag+">", 50_000) + "<p>inside</p>" + strings.Repeat("</"+tag+">", 50_000) + "<p>after"
		got := mailin.HTML(doc)
		if !strings.HasPrefix(got, "before") || !strings.Contains(got, "inside") || !strings.HasSuffix(got, "after") {
			t.Errorf("%s: %.200q", tag, got)
		}
	}
}

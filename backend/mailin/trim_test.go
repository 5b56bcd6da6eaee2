package mailin_test

import (
	"strings"
	"testing"

	"countersign/backend/mailin"
	"countersign/shared/i18n"

	"pgregory.net/rapid"
)

const wrote = "On Mon, 9 Mar 2026 at 14:02, Support <s@portal.example.com> wrote:\n"

func TestTrim(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"nothing to cut", "Port 2.\n\nMarie", "Port 2.\n\nMarie"},
		{"quoted below", "Port 2.\n\n" + wrote + "\n> Which port?\n", "Port 2."},
		{"quoted below, without an introduction", "Port 2.\n> Which port?\n>> Hello", "Port 2."},
		{"quoted below with a colon in a name", "Port 2.\n\nOn 9 Mar 2026, at 14:02, Support: Voice <s@p.example> wrote:\n> x", "Port 2."},
		{"answers between", "> Which port?\n2\n> When?\n09:14\n> Bye", "> Which port?\n\n2\n\n> When?\n\n09:14"},
		{"an answer below what was chosen", wrote + "> Which port?\n\n2", "> Which port?\n\n2"},
		{"an answer below everything", wrote + "> " + mailin.Mark(i18n.EN) + "\n> Hello\n\nPort 2.\n\n-- \nMarie", "Port 2."},
		{"answers between, mark and all", wrote + "> " + mailin.Mark(i18n.EN) + "\n> Which port?\n2\n> When?\n09:14", "> Which port?\n\n2\n\n> When?\n\n09:14"},
		{"an answer above and below", "Hello,\n\n" + wrote + "> Which port?\n\n2", "Hello,\n\n> Which port?\n\n2"},
		{"nothing would be left", wrote + "> Which port?", wrote + "> Which port?"},
		{"only a signature", "-- \nMarie", "--\nMarie"},
		{"only the phone speaks", "Sent from my iPhone", "Sent from my iPhone"},
		{"a signature", "Port 2.\n-- \nMarie\nAcme", "Port 2."},
		{"a line of dashes in a long text", "A\n--\n" + strings.Repeat("line\n", 30), "A\n--\n" + strings.TrimSuffix(strings.Repeat("line\n", 30), "\n")},
		{"a signature above the history", "Port 2.\n-- \nMarie\n\n" + wrote + "> x", "Port 2."},
		{"a phone", "Port 2.\n\nEnvoyé de mon iPhone\n\n" + wrote + "> x", "Port 2."},
		{"a phone in a sentence", "I sent it from my iPhone, sent from my iPhone it was\nyesterday", "I sent it from my iPhone, sent from my iPhone it was\nyesterday"},
		{"an original message", "Port 2.\n\n-----Original Message-----\nFrom: S\nSent: x\nTo: y\nSubject: z\n\nHello\nPort 2?", "Port 2."},
		{"a block", "Port 2.\n\nFrom: S\nSent: x\nTo: a;\n b;\n c\nCc: d\nSubject: z\n\nHello", "Port 2."},
		{"a bold block", "Port 2.\n\n*Von:* S\n*Gesendet:* x\n*An:* a\n*Betreff:* z\n\nHello", "Port 2."},
		{"a block with odd spaces", "Port 2.\n\nDe\u00a0: S\nEnvoyé\u202f: x\nÀ : a\nObjet : z\n\nHello", "Port 2."},
		{"pasted headers", "See:\nTo: a\nFrom: b\nSubject: c\n\nand help", "See:\nTo: a\nFrom: b\nSubject: c\n\nand help"},
		{"words about a mail", "On 9 March you wrote:\nplease send X.\nHere it is.", "On 9 March you wrote:\nplease send X.\nHere it is."},
		{"a label in a sentence", "From: tomorrow on, all calls.\nTo: be continued", "From: tomorrow on, all calls.\nTo: be continued"},
		{"an unquoted history with an address", "Port 2.\n\n" + wrote + "\nHello,\nwhich port?", "Port 2."},
		{"two who answered", "Port 2.\n\n" + wrote + "\n> On 8 Mar 2026, Marie <m@acme.example> wrote:\n>\n>> Help\n> Which port?", "Port 2."},
		{"a first line like an introduction", "Le port 2.\nLe lun. 9 mars 2026 à 14:02, Support <\ns@p.example> a écrit :\n\n> x", "Le port 2."},
		{"an introduction of somebody", "Port 2.\n\nSupport <s@p.example> schrieb am Mo., 9. März 2026, 14:02:\n> x", "Port 2."},
		{"a Dutch one", "Port 2.\n\nOp ma 9 mrt. 2026 om 14:02 schreef Support <s@p.example>:\n> x", "Port 2."},
		{"a Spanish one", "Port 2.\n\nEl lun, 9 mar 2026 a las 14:02, Support (<s@p.example>) escribió:\n> x", "Port 2."},
		{"an Italian one", "Port 2.\n\nIl giorno lun 9 mar 2026 alle ore 14:02 Support <s@p.example> ha scritto:\n> x", "Port 2."},
		{"of another program", "Port 2.\n\nQuoting Support <s@p.example>:\n> x", "Port 2."},
		{"a forwarded one", "See.\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\nTo: d\n\nText", "See.\n\n---------- Forwarded message ---------\nFrom: a\nDate: b\nSubject: c\nTo: d\n\nText"},
		{"a quote of a mail folder", ">From here on all is well.\nMarie", "From here on all is well.\nMarie"},
		{"a sign that isn't a quote", "a -> b\n=> c", "a -> b\n=> c"},
	} {
		if _, got := mailin.Trim(c.text, false); got != strings.TrimSpace(c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// What phones and programs add is known, and no sentence of a person is taken for it.
func TestTrim_devices(t *testing.T) {
	t.Parallel()
	for _, l := range []string{
		"Sent from my iPhone", "Sent from my iPhone 15 Pro Max", "Sent from my iPad.", "Sent from my Samsung Galaxy smartphone.", "Sent from my Galaxy",
		"Sent from my Verizon, Samsung Galaxy smartphone", "Sent from my T-Mobile 5G Device", "Sent from Mail for Windows",
		"Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10", "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
		"Get Outlook for Android<https://aka.ms/AAb9ysg>", "Get Outlook for iOS (https://aka.ms/o0ukef)", "Sent from Yahoo Mail on Android",
		"Sent from Yahoo Mail for iPhone", "Sent with Proton Mail secure email.", "Sent from Proton Mail for iOS", "Sent from Gmail Mobile",
		"Sent from my Android device with K-9 Mail. Please excuse my brevity.", "Sent from the all new AOL app for iOS", "Sent from my mobile phone",
		"Envoyé de mon iPhone", "Envoyé de mon iPad", "Envoyé depuis mon appareil Galaxy", "Envoyé à partir de Outlook pour iOS", "Envoyé de mon téléphone",
		"Envoyé à partir de Courrier pour Windows", "Envoyé depuis Yahoo Mail pour iPhone", "Envoyé avec la messagerie sécurisée Proton Mail.",
		"Envoyé de mon appareil Android avec Courriel K-9 Mail. Veuillez excuser ma brièveté.", "Envoyé depuis l’application Mail Orange",
		"Envoyé depuis un mobile Samsung", "Télécharger Outlook pour Android", "Obtenir Outlook pour iOS<https://aka.ms/o0ukef>",
		"Von meinem iPhone gesendet", "Von meinem iPad gesendet", "Gesendet von meinem Samsung Galaxy Smartphone.", "Gesendet mit der GMX Mail App",
		"Gesendet mit der WEB.DE Mail App", "Gesendet von Mail für Windows", "Gesendet von Outlook für iOS",
		"Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Outlook für iOS beziehen", "Enviado desde mi iPhone", "Inviato da iPhone",
	} {
		if _, got := mailin.Trim("Port 2.\n\n"+l, false); got != "Port 2." {
			t.Errorf("%q stays", l)
		}
		if _, got := mailin.Trim("Port 2.\n\n"+l+"\n\n"+wrote+"> x", false); got != "Port 2." {
			t.Errorf("%q stays above a history", l)
		}
	}
	for _, l := range []string{
		"Sent from my mobile number, the message doesn't arrive.", "Sent from the wrong place.", "Get Outlook to work again.", "Sent it from my iPhone.",
		"Envoyé de mon bureau hier.", "Envoyé de mon téléphone portable, hier soir, le message n'arrive pas non plus.\nQue faire ?", "Gesendet von mir.",
		"Gesendet mit der Post", "I get mails sent from my iPhone", "Written on the phone bill: 12 €", "Phone", "Outlook",
	} {
		if _, got := mailin.Trim("Port 2.\n\n"+l, false); got != "Port 2.\n\n"+l {
			t.Errorf("%q is gone: %q", l, got)
		}
	}
}

// A person who forwards wants to show what others wrote, but not what we wrote.
func TestTrim_keeps_what_is_forwarded(t *testing.T) {
	t.Parallel()
	block := "De : NOC\nEnvoyé : x\nÀ : y\nObjet : z\n\n"
	if _, got := mailin.Trim("Voir.\n\n"+block+"En panne.", true); got != "Voir.\n\n"+block+"En panne." {
		t.Errorf("%q", got)
	}
	if _, got := mailin.Trim("Voir.\n\n"+block+mailin.Mark(i18n.FR)+"\nBonjour", true); got != "Voir." {
		t.Errorf("ours: %q", got)
	}
}

// The mark is known in every language, whatever programs do to it.
func TestMark(t *testing.T) {
	t.Parallel()
	for _, l := range i18n.Locales() {
		mark := mailin.Mark(l)
		half := len(mark) / 2
		for half > 0 && mark[half] != ' ' {
			half--
		}
		for name, mangled := range map[string]string{
			"as it is": mark, "quoted": "> " + mark, "quoted twice": ">> " + mark, "quoted without a space": ">" + mark,
			"wrapped": mark[:half] + "\n" + mark[half+1:], "wrapped and quoted": "> " + mark[:half] + "\n> " + mark[half+1:],
			"wrapped badly": "> " + mark[:half] + "\n" + mark[half+1:], "with other spaces": strings.ReplaceAll(mark, " ", "\u00a0"),
			"with narrow spaces": strings.ReplaceAll(mark, " ", "\u202f"), "doubled spaces": strings.ReplaceAll(mark, " ", "  "),
			"bold": "*" + mark + "*", "behind a byte order mark": "> \ufeff" + mark, "with long dashes": strings.ReplaceAll(mark, "-", "–"),
			"indented": "    " + mark, "another sentence": "##- Schreiben Sie oberhalb dieser Zeile. -##", "with more on its line": mark + " Hello",
		} {
			for _, intro := range []string{"", wrote, "Le lun. 9 mars 2026 à 14:02, Support <s@p.example> a\u00a0écrit\u00a0:\n\n"} {
				_, got := mailin.Trim("Port 2.\n\n"+intro+mangled+"\n\n> Hello\n> which port?\n", false)
				if got != "Port 2." {
					t.Errorf("%s, %s after %q: %q", l, name, intro, got)
				}
			}
			if strings.Contains(name, "quoted") && !strings.Contains(name, "badly") {
				_, got := mailin.Trim("> Port?\n"+mangled+"\nPort 2.", false)
				if strings.Contains(got, "##") || !strings.Contains(got, "Port 2.") {
					t.Errorf("%s, %s above an answer: %q", l, name, got)
				}
			}
		}
		if _, got := mailin.Trim("## is a comment -##\n##-\nPort 2.", false); got != "## is a comment -##\n##-\nPort 2." {
			t.Errorf("%s: what only looks like it: %q", l, got)
		}
	}
}

// What a person writes above a history stays to the last line, whatever it is, and nothing of the history does.
func TestTrim_loses_nothing_of_a_person(t *testing.T) {
	t.Parallel()
	words := rapid.StringMatching(`[a-zA-Zéü0-9][a-zA-Zéü0-9 .,;!?()/%-]{0,60}[a-zé.!]`)
	text := rapid.Map(rapid.SliceOfN(words, 1, 12), func(lines []string) string { return strings.Join(lines, "\n") })
	plain := text.Filter(func(s string) bool { // what reads like a phone's line or a signature is left out of an answer, too
		_, alone := mailin.Trim(s, false)
		return alone == s
	})
	rapid.Check(t, func(t *rapid.T) {
		written := plain.Draw(t, "written")
		histories := []string{
			wrote + "\n> HISTORY\n> more HISTORY\n",
			"-----Original Message-----\nFrom: a@b.example\nSent: x\nTo: y\nSubject: z\n\nHISTORY\n",
			"De : a\nEnvoyé : b\nÀ : c\nObjet : d\n\nHISTORY\n",
			mailin.Mark(i18n.FR) + "\n\nHISTORY\n",
			"Am 09.03.2026 um 14:02 schrieb Support:\n> " + mailin.Mark(i18n.EN) + "\n> HISTORY\n",
		}
		history := rapid.SampledFrom(histories).Draw(t, "history")
		if _, got := mailin.Trim(written+"\n\n"+history, false); got != written {
			t.Fatalf("got %q, want %q", got, written)
		}
		below := "> HISTORY?\n" + written + "\n> HISTORY!\n" + written
		if _, got := mailin.Trim(below, false); strings.Count(got, written) != 2 {
			t.Fatalf("of answers between, %q is left", got)
		}
	})
}

package pages

import (
	"strconv"
	"strings"
	"time"

	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/audit"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// sentence tells an audit entry in words, with who acted in bold: the catalogue's sentence of its kind, its details
// written as people read them.
func sentence(e audit.Entry) []app.UI {
	const mark = "\x00"
	who, text := actorName(e.Actor), sentenceText(e, mark)
	if e.Kind == audit.SupportLeft && e.Detail["agent"] != "" { // told of the agent, whoever ended the stay
		who, text = e.Detail["agent"], ui.T("audit."+string(e.Kind), "agent", mark)
	}
	before, after, found := strings.Cut(text, mark)
	if !found {
		return []app.UI{app.Text(text)}
	}
	parts := []app.UI{}
	if before != "" {
		parts = append(parts, app.Text(before))
	}
	return append(parts, app.Strong().Text(who), app.Text(after))
}

func sentenceText(e audit.Entry, actor string) string {
	args := make([]any, 0, 4+2*len(e.Detail))
	args = append(args, "actor", actor)
	if e.Detail["agents"] == "" { // of support as a whole
		args = append(args, "agents", ui.T("remote.anyone_text"))
	}
	for k, v := range e.Detail {
		v = detailText(e.Kind, k, v)
		if k == "name" && isCommand(e.Kind, e.Detail[k]) {
			v = lowerFirst(v) // in the middle of the sentence
		}
		args = append(args, k, v)
	}
	key := "audit." + string(e.Kind)
	if e.Kind == audit.CodeLocked && e.Detail["which"] == "all" {
		key = "audit.code.locked_all"
	}
	return ui.T(key, args...)
}

// actorName is who acted: a name, the command line of the server's machine, or the portal itself.
func actorName(a audit.Actor) string {
	if a.Kind == audit.BySystem && a.Name == audit.CommandLine {
		return ui.T("audit.actor_command")
	}
	if a.Kind == audit.BySystem || a.Name == "" {
		return ui.T("audit.actor_system")
	}
	return a.Name
}

// actName is what an endpoint does, in words.
func actName(endpoint string) string {
	key := "audit.act." + strings.ReplaceAll(endpoint, "-", "_")
	if !ui.Locale().Has(key) {
		key = "audit.act.read"
	}
	return ui.T(key)
}

// detailText writes one detail of an entry for people.
func detailText(k audit.Kind, name, value string) string {
	switch {
	case name == "act":
		return actName(value)
	case name == "minutes" || name == "asked" || k == audit.AccessMaximumChanged && (name == "from" || name == "to"):
		if n, err := strconv.Atoi(value); err == nil {
			return span(minutes(n))
		}
	case name == "role" && (k == audit.ServiceAssigned || k == audit.ServiceUnassigned):
		return inWords("audit.service_role.", value)
	case name == "role" && k == audit.SupportEntered:
		return roleName(access.Role(value))
	case name == "page":
		return pageTitle(value)
	case name == "new_device":
		return inWords("audit.new_device.", value)
	case name == "channel" || name == "matched":
		return inWords("audit."+name+".", value)
	case name == "kind" && (k == audit.ChangeAsked || k == audit.ChangeApproved || k == audit.ChangeRejected || k == audit.ChangeWithdrawn || k == audit.ChangeLapsed):
		return inWords("audit.asked.", value)
	case name == "owned":
		return inWords("audit.owned.", value)
	case name == "state" && (k == audit.ServiceChanged || k == audit.InvoiceChanged):
		return inWords("audit.state.", value)
	case name == "how" && k == audit.AttentionResolved:
		return inWords("audit.how.", value)
	case name == "state" && k == audit.NumbersJobEnded:
		return inWords("audit.numbers.job_state.", value)
	case name == "name" && isCommand(k, value):
		return ui.T("audit.actor_command")
	case name == "rows" || name == "applied" || name == "rejected" || name == "edits":
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			return ui.Locale().Number(n)
		}
	case name == "file":
		return value // whatever it looks like
	case name == "what":
		words := strings.Split(value, ", ")
		for i, w := range words {
			words[i] = inWords("audit.what.", w)
		}
		return listed(words)
	case k == audit.ManagedByChanged && (name == "from" || name == "to"):
		return ui.T("remote.managed." + value)
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return moment(t)
	}
	return value
}

// isCommand reports whether the name in an entry is the command line's, which bulk work is told of.
func isCommand(k audit.Kind, name string) bool {
	return (k == audit.NumbersJobEnded || k == audit.NumbersJobWentOn) && name == audit.CommandLine
}

// inWords is what the catalogue says for a value below a prefix, the value itself when it says nothing.
func inWords(prefix, value string) string {
	if ui.Locale().Has(prefix + value) {
		return ui.T(prefix + value)
	}
	return value
}

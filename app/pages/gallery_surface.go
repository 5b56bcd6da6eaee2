package pages

import (
	"slices"
	"time"

	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// galleryEnd is when the invented support session ends.
var galleryEnd = ui.ServerNow().Add(42*time.Minute + 10*time.Second)

func (g *Gallery) banners() app.UI {
	review := &ui.Button{Label: both("Review", "Vérifier")}
	return section("banners", "Banners", "Bandeaux",
		&ui.Banner{Tone: ui.Info, Title: both("A new version is ready.", "Une nouvelle version est prête."), Text: both("It starts with the next reload.", "Elle démarre au prochain rechargement."), OnClose: func(app.Context) {}},
		&ui.Banner{Tone: ui.Warn, Title: both("1 request waits for you.", "1 demande vous attend."),
			Text:    both("Sofia Keller asks to sign in for 4 hours; the request lapses in 71 hours.", "Sofia Keller demande à se connecter pendant 4 heures ; la demande devient caduque dans 71 heures."),
			Actions: []app.UI{review}},
		&ui.Banner{Tone: ui.Bad, Alert: true, Title: both("The server can’t save anything at the moment.", "Le serveur ne peut rien enregistrer pour le moment."), Text: both("What you typed is kept on this page.", "Votre saisie est conservée sur cette page.")},
		&ui.Banner{Tone: ui.Live, Title: both("Tom Becker is in your organization.", "Tom Becker est dans votre organisation."),
			Body:    []app.UI{app.Text(" "), &ui.Countdown{Until: galleryEnd, Label: both("Ends in {left}", "Se termine dans {left}"), Silent: true}},
			Actions: []app.UI{&ui.Button{Label: both("Revoke", "Révoquer"), Kind: ui.Danger, Icon: ui.IconBan, OnClick: func(ctx app.Context, _ app.Event) { g.toast(ctx) }}}},
		&ui.Banner{Tone: ui.OK, Text: both("Success: Contact updated.", "Contact mis à jour.")},
	)
}

func (g *Gallery) states() app.UI {
	return app.Div().Class("grid").Body(
		&ui.Card{Title: both("Empty", "Vide"), Flush: true, Body: []app.UI{
			&ui.Empty{Icon: ui.IconInbox, Title: both("No requests wait for you", "Aucune demande ne vous attend"),
				Text:    both("When support asks to sign in, the request appears here.", "Quand l’assistance demande à se connecter, la demande apparaît ici."),
				Actions: []app.UI{&ui.Button{Label: both("Invite support", "Inviter l’assistance"), Icon: ui.IconUserPlus}}}}},
		&ui.Card{Title: both("Failure", "Échec"), Flush: true, Body: []app.UI{
			&ui.Failure{Title: both("The list could not be loaded", "La liste n’a pas pu être chargée"), Text: both("The server did not answer.", "Le serveur n’a pas répondu."),
				Reference: "7KQ4-M2XD", OnRetry: func(app.Context) {}}}},
		&ui.Card{Title: both("Loading", "Chargement"), Flush: true, Body: []app.UI{ui.Skeleton(3)}},
		&ui.Card{Title: both("Progress", "Progression"), Body: []app.UI{
			&ui.Progress{Label: both("Checking 4,312 of 10,000", "Vérification de 4 312 sur 10 000"), Done: 4312, Total: 10000, OnCancel: func(app.Context) {}},
			&ui.Progress{Label: both("Preparing", "Préparation")},
			&ui.Copyable{Label: both("the phrase", "la phrase"), Text: "copper lamp river", Large: true},
			&ui.Copyable{Label: both("the identifier", "l’identifiant"), Text: "0190b1c2-7d3e-7a44-9f10-6b2f8d1e4c55"},
		}, Footer: []app.UI{app.Span().Text(both("The footer of a card", "Le pied d’une carte"))}},
		&ui.Card{Title: both("Description", "Description"), Mark: ui.Tag(ui.OK, both("Active", "Actif")), Body: []app.UI{
			&ui.Description{Terms: []ui.Term{
				{Label: both("Granted", "Accordé"), Text: both("1 hour (asked for 4 hours)", "1 heure (4 heures demandées)")},
				{Label: both("Approved by", "Approuvé par"), Body: []app.UI{ui.Link("/dev/gallery?contact", "Marie Dubois")}},
				{Label: both("Customer reference", "Référence client"), Text: "20418"},
			}}}},
	)
}

// remote is a page in small: it shows how cards, feed and persons stand together.
func (g *Gallery) remote() app.UI {
	entries := []ui.Entry{
		entry("14:03", "Tom Becker", both(" opened Phone Numbers", " a ouvert Numéros de téléphone"), ui.Live),
		entry("14:02", "Tom Becker", both(" changed the call purpose of +33 1 84 88 20 11 from Telemarketing to Customer Service", " a changé le motif d’appel de +33 1 84 88 20 11 de Télémarketing à Service client"), ui.Live),
		entry("14:01", "Tom Becker", both(" signed in", " s’est connecté"), ui.Live),
		entry("13:59", "Marie Dubois", both(" approved Tom Becker for 1 hour (asked for 4 hours)", " a approuvé Tom Becker pour 1 heure (4 heures demandées)"), ui.Neutral),
		entry(both("Yesterday", "Hier"), "Marie Dubois", both(" revoked access for Anna Roth", " a révoqué l’accès d’Anna Roth"), ui.Neutral),
	}
	if g.newEntries == 0 {
		entries = append([]ui.Entry{entry("14:06", "Tom Becker", both(" opened View Contacts", " a ouvert Voir les contacts"), ui.Live), entry("14:05", "Tom Becker", both(" searched for “Meier”", " a recherché « Meier »"), ui.Live)}, entries...)
	}
	return ui.Columns(
		[]app.UI{
			&ui.Card{ID: "waiting", Title: both("Requests waiting for you", "Demandes en attente"), Mark: ui.TagIcon(ui.Info, ui.IconClock, both("1 pending", "1 en attente")), Body: []app.UI{
				ui.Person("Sofia Keller", ui.Neutral,
					[]app.UI{app.Strong().Text("Sofia Keller"), app.Text(both(" asks to sign in as ", " demande à se connecter en tant que ")), app.Strong().Text("super_admin")},
					[]app.UI{app.Text(both("Northwind Support · requested today at 13:58 · ticket ", "Northwind Support · demandé aujourd’hui à 13:58 · ticket ")), ui.Link("/dev/gallery?ticket", "#4821")}),
				ui.Quote(both("Calls to +33 9 70 01 44 02 fail. I need to look at the program assignment with you.", "Les appels vers le +33 9 70 01 44 02 échouent. Je dois regarder l’affectation au programme avec vous.")),
				ui.Row(
					&ui.Select{ID: "r-duration", Label: both("Duration", "Durée"), Narrow: true, Value: g.duration, OnChange: func(_ app.Context, v string) { g.duration = v },
						Options: []ui.Option{{Value: "1h", Label: both("1 hour", "1 heure")}, {Value: "4h", Label: both("4 hours", "4 heures")}, {Value: "24h", Label: both("24 hours", "24 heures")}}},
					&ui.Button{Label: both("Approve for 1 hour", "Approuver pour 1 heure"), Icon: ui.IconCheck, Kind: ui.Primary},
					&ui.Button{Label: both("Reject", "Refuser")},
				),
				ui.Hint(both("Asked for 4 hours. Access ends today at 15:05. You can revoke it at any time.", "4 heures demandées. L’accès se termine aujourd’hui à 15:05. Vous pouvez le révoquer à tout moment.")),
			}},
			&ui.Card{ID: "inside", Title: both("In your organization now", "Dans votre organisation en ce moment"), Mark: ui.Tag(ui.Live, both("1 live", "1 en cours")), Body: []app.UI{
				ui.Split(
					ui.Person("Tom Becker", ui.Live,
						[]app.UI{app.Strong().Text("Tom Becker"), app.Text(both(" is viewing ", " consulte ")), ui.Link("/dev/gallery?numbers", both("Phone Numbers", "Numéros de téléphone"))},
						[]app.UI{app.Text(both("Since 14:01 · ", "Depuis 14:01 · ")), &ui.Countdown{Until: galleryEnd, Label: both("ends in {left}", "se termine dans {left}"), Silent: true}}),
					&ui.Button{Label: both("Revoke", "Révoquer"), Icon: ui.IconBan, Kind: ui.Danger}),
			}},
		},
		[]app.UI{&ui.Card{ID: "activity", Title: both("Activity", "Activité"), Flush: true, Actions: []app.UI{ui.Link("/dev/gallery?audit", both("Full audit log", "Journal complet"))}, Body: []app.UI{
			&ui.Feed{Label: both("Activity", "Activité"), Entries: entries, New: g.newEntries, OnNew: func(app.Context) { g.newEntries = 0 }},
		}}, &ui.Card{Title: both("Activity, empty", "Activité, vide"), Flush: true, Body: []app.UI{&ui.Feed{Label: both("Nothing yet", "Rien encore"), Empty: both("Nothing has happened yet.", "Rien ne s’est encore passé.")}}}},
	)
}

func entry(at, who, what string, tone ui.Tone) ui.Entry {
	return ui.Entry{Time: at, Tone: tone, Body: []app.UI{app.Strong().Text(who), app.Text(what)}}
}

func (g *Gallery) tables() app.UI {
	numbers := [][4]string{
		{"+33 1 84 88 20 10", both("Front desk Paris", "Accueil Paris"), both("Customer Service", "Service client"), "Acme France"},
		{"+33 1 84 88 20 12", both("Billing reminders", "Rappels de facture"), both("Debt Collection", "Recouvrement"), "Acme France"},
		{"+33 9 70 01 44 02", both("Winter campaign", "Campagne d’hiver"), both("Telemarketing", "Télémarketing"), "Acme France"},
		{"+41 22 518 30 02", "Genève rendez-vous", both("Appointment Reminder", "Rappel de rendez-vous"), "Acme Suisse"},
	}
	states := []app.UI{
		ui.Tag(ui.OK, both("Active", "Actif")),
		ui.TagIcon(ui.Warn, ui.IconHourglass, both("Pending removal", "Suppression en attente")),
		ui.Tag(ui.Bad, both("Needs attention", "À traiter")),
		ui.TagIcon(ui.Info, ui.IconClock, both("Pending", "En attente")),
	}
	lines := make([]ui.Line, 0, len(numbers))
	for i, n := range numbers {
		id := "n" + string(rune('1'+i))
		lines = append(lines, ui.Line{ID: id, Selected: g.picked[id], Quiet: i == 1, Usual: i == 0, Cells: []app.UI{
			&ui.Checkbox{ID: "pick-" + id, HideLabel: true, Label: both("Select ", "Sélectionner ") + n[0], Checked: g.picked[id], OnChange: func(_ app.Context, on bool) { g.picked[id] = on }},
			app.Text(n[0]), app.Text(n[1]), app.Text(n[2]), app.Text(n[3]), states[i],
			&ui.Menu{ID: "row-" + id, Label: both("Actions", "Actions"), Name: both("Actions for ", "Actions pour ") + n[0], Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet,
				Items: []ui.MenuItem{{Label: both("Edit", "Modifier") + " " + n[0], Icon: ui.IconPencil, OnSelect: func(app.Context) {
					ui.ShowToast(ui.Toast{Text: n[0], Action: both("Undo", "Annuler"), OnAction: func(app.Context) { g.confirmed++ }})
				}}}},
		}})
	}
	if g.sort == ui.Descending {
		slices.Reverse(lines)
	}
	all := &ui.Checkbox{ID: "pick-all", HideLabel: true, Label: both("Select all", "Tout sélectionner"), Mixed: true}
	sorted := func(app.Context) {
		if g.sort == ui.Ascending {
			g.sort = ui.Descending
			return
		}
		g.sort = ui.Ascending
	}
	columns := []ui.Column{
		{Title: both("Select", "Sélectionner"), Head: all, Kind: ui.Pick},
		{Title: both("Phone number", "Numéro de téléphone"), Kind: ui.Title, Sort: g.sort, OnSort: sorted},
		{Title: both("Display name", "Nom affiché")}, {Title: both("Call purpose", "Motif d’appel")},
		{Title: both("Business unit", "Unité commerciale"), Kind: ui.Drop}, {Title: both("Status", "État"), Kind: ui.State},
		{Title: both("Actions", "Actions"), HideTitle: true, Kind: ui.Act},
	}
	return ui.Stack(
		&ui.Table{ID: "numbers", Label: both("Phone numbers", "Numéros de téléphone"), Columns: columns, Lines: lines,
			Foot: []app.UI{app.Span().Text(both("100,000 numbers. Showing 1–4.", "100 000 numéros. Lignes 1 à 4."))}},
		&ui.Table{Label: both("Hits", "Résultats"), Compact: true, Columns: []ui.Column{{Title: both("Organization", "Organisation"), Kind: ui.Title}, {Title: both("Reference", "Référence")}, {Title: both("State", "État"), Kind: ui.State}, {Title: both("Action", "Action"), HideTitle: true, Kind: ui.Act}},
			Lines: []ui.Line{{Cells: []app.UI{ui.Link("/dev/gallery?acme", "Acme Telecom"), app.Text("20418"), ui.Tag(ui.OK, both("Active until 15:05", "Actif jusqu’à 15:05")), &ui.Button{Label: both("Login to support", "Se connecter pour assistance"), Small: true, Kind: ui.Primary}}}},
			Foot:  []app.UI{app.Span().Text(both("1 organization", "1 organisation"))}},
		&ui.Table{Label: both("Nothing", "Rien"), Columns: columns, Empty: &ui.Empty{Icon: ui.IconSearch, Title: both("No numbers match. 2 filters are on.", "Aucun numéro ne correspond. 2 filtres sont actifs."),
			Actions: []app.UI{&ui.Button{Label: both("Clear filters", "Effacer les filtres")}}}},
	)
}

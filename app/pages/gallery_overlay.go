package pages

import (
	"strconv"

	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (g *Gallery) overlays() app.UI {
	return section("overlays", "Dialogs and messages", "Dialogues et messages",
		ui.Row(
			&ui.Button{ID: "open-form", Label: both("Edit contact", "Modifier le contact"), OnClick: g.open("form")},
			&ui.Button{ID: "open-tabs", Label: both("With tabs", "Avec onglets"), OnClick: g.open("tabs")},
			&ui.Button{ID: "open-confirm", Label: both("Delete 812 numbers", "Supprimer 812 numéros"), Kind: ui.Danger, OnClick: g.open("confirm")},
			&ui.Button{ID: "open-long", Label: both("Long content", "Contenu long"), OnClick: g.open("long")},
		),
		ui.Row(
			&ui.Button{ID: "toast", Label: both("Toast", "Message"), OnClick: func(ctx app.Context, _ app.Event) { g.toast(ctx) }},
			&ui.Button{ID: "toast-undo", Label: both("Toast with Undo", "Message avec annulation"), OnClick: func(app.Context, app.Event) {
				ui.ShowToast(ui.Toast{Text: both("Call purpose changed to Customer Service.", "Motif d’appel changé en Service client."), Action: both("Undo", "Annuler"), OnAction: func(app.Context) { g.confirmed++ }})
			}},
			&ui.Button{ID: "toast-bad", Label: both("Failing toast", "Message d’échec"), OnClick: func(app.Context, app.Event) {
				ui.ShowToast(ui.Toast{Tone: ui.Bad, Sticky: true, Text: both("Not sent: the server did not answer. Reference: 7KQ4-M2XD", "Non envoyé : le serveur n’a pas répondu. Référence : 7KQ4-M2XD")})
			}},
			&ui.Button{ID: "panic", Label: both("Fail in a handler", "Échouer dans un gestionnaire"), OnClick: func(app.Context, app.Event) { panic("asked for in the gallery") }},
		),
		app.P().ID("acts").Class("hint").Text(both("Acts so far: ", "Actions jusqu’ici : ")+strconv.Itoa(g.confirmed)),
	)
}

func (g *Gallery) formDialog() app.UI {
	status := ""
	if g.name != "Jonas Meier" {
		status = both("1 unsaved change", "1 modification non enregistrée")
	}
	done := func(ctx app.Context) {
		g.name = "Jonas Meier"
		g.close(ctx)
	}
	return &ui.Dialog{ID: "d-form", Open: g.dialog == "form", Title: both("Edit contact", "Modifier le contact"), Lead: both("Jonas Meier · Technical", "Jonas Meier · Technique"),
		Dirty: status != "", Status: status, OnClose: done,
		OnSubmit: func(ctx app.Context) {
			g.confirmed++
			done(ctx)
			ui.ShowToast(ui.Toast{Text: both("Success: Contact updated.", "Contact mis à jour.")})
		},
		Body: func() []app.UI {
			return []app.UI{
				&ui.Field{ID: "d-name", Label: both("Name", "Nom"), Value: g.name, Required: true, OnInput: func(_ app.Context, v string) { g.name = v }},
				&ui.Field{ID: "d-phone", Label: both("Phone", "Téléphone"), Kind: ui.Tel, Optional: true},
				&ui.Menu{ID: "d-menu", Label: both("Language", "Langue"), Start: true, Items: []ui.MenuItem{{Label: "English"}, {Label: "Français"}}},
			}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: both("Update", "Mettre à jour"), Kind: ui.Primary, Submit: true}}
		},
	}
}

func (g *Gallery) tabsDialog() app.UI {
	return &ui.Dialog{ID: "d-tabs", Open: g.dialog == "tabs", Size: ui.Wide, Title: both("Edit contact", "Modifier le contact"), Lead: both("Jonas Meier · Technical", "Jonas Meier · Technique"),
		OnClose: g.close,
		Tabs: func() app.UI {
			return &ui.Tabs{ID: "dt", Label: both("Contact", "Contact"), Selected: g.tab, Tabs: galleryTabs(), OnSelect: func(_ app.Context, id string) { g.tab = id }}
		},
		Body: func() []app.UI {
			return []app.UI{ui.TabPanel("dt", g.tab,
				ui.Stack(
					&ui.Checkbox{ID: "dt-access", Label: both("Access authorisation", "Autorisation d’accès"), Hint: both("This contact can sign in to the portal.", "Ce contact peut se connecter au portail."), Checked: true},
					ui.Grid(
						&ui.Field{ID: "dt-login", Label: both("Login name", "Nom de connexion"), Value: "jonas.meier@acme.example", Confirmation: both("Available", "Disponible")},
						&ui.Select{ID: "dt-role", Label: both("Call purpose", "Motif d’appel"), Options: []ui.Option{{Label: both("Customer Service", "Service client")}}, Hint: both("You can still change each line.", "Chaque ligne reste modifiable.")},
					),
				))}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: both("Update", "Mettre à jour"), Kind: ui.Primary, OnClick: func(ctx app.Context, _ app.Event) { g.close(ctx) }}}
		},
	}
}

func (g *Gallery) confirmDialog() app.UI {
	return &ui.Confirm{ID: "d-confirm", Open: g.dialog == "confirm", Title: both("Delete 812 numbers?", "Supprimer 812 numéros ?"),
		Text:  both("They are deleted from Acme Telecom. You can restore them for 30 days.", "Ils sont supprimés d’Acme Telecom. Vous pouvez les restaurer pendant 30 jours."),
		Match: "812", MatchHint: both("Type 812 to delete them", "Saisissez 812 pour les supprimer"),
		Action: both("Delete", "Supprimer"), OnClose: g.close,
		OnConfirm: func(ctx app.Context) {
			g.confirmed++
			g.close(ctx)
		}}
}

func (g *Gallery) longDialog() app.UI {
	return &ui.Dialog{ID: "d-long", Open: g.dialog == "long", Title: both("Activity", "Activité"), Cancel: both("Close", "Fermer"), OnClose: g.close,
		Body: func() []app.UI {
			body := []app.UI{&ui.Field{ID: "dl-filter", Label: both("Filter", "Filtrer"), Kind: ui.Search}}
			for i := range 40 {
				body = append(body, app.P().Text(strconv.Itoa(i+1)+both(". Tom Becker opened Phone Numbers", ". Tom Becker a ouvert Numéros de téléphone")))
			}
			return body
		}}
}

func (g *Gallery) supportDialog() app.UI {
	return &ui.Dialog{ID: "d-support", Open: g.dialog == "support", Title: ui.T("ui.submit_request"), OnClose: g.close,
		Body: func() []app.UI {
			return []app.UI{&ui.Field{ID: "ds-text", Label: both("What is it about?", "De quoi s’agit-il ?"), Kind: ui.Area, MaxLength: 2000}}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: both("Send", "Envoyer"), Kind: ui.Primary, OnClick: func(ctx app.Context, _ app.Event) { g.close(ctx) }}}
		}}
}

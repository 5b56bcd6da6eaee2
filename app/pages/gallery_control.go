package pages

import (
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (g *Gallery) buttons() app.UI {
	ended := both("Access has ended. Request it again.", "L’accès a pris fin. Demandez-le de nouveau.")
	save := func(app.Context, app.Event) { g.saving = !g.saving }
	return section("buttons", "Buttons", "Boutons",
		ui.Row(
			&ui.Button{ID: "primary", Label: both("Approve for 1 hour", "Approuver pour 1 heure"), Icon: ui.IconCheck, Kind: ui.Primary, OnClick: save},
			&ui.Button{Label: both("Reject", "Refuser")},
			&ui.Button{Label: both("Revoke", "Révoquer"), Icon: ui.IconBan, Kind: ui.Danger},
			&ui.Button{Label: both("Contact", "Contact"), Icon: ui.IconPlus, Kind: ui.Create},
			&ui.Button{Label: both("Export", "Exporter"), Icon: ui.IconDownload, Kind: ui.Quiet},
			&ui.Button{Label: both("Edit", "Modifier"), Icon: ui.IconPencil, IconOnly: true},
			&ui.Button{Label: both("Close", "Fermer"), Icon: ui.IconX, IconOnly: true, Kind: ui.Quiet},
		),
		ui.Row(
			&ui.Button{ID: "busy", Label: both("Save", "Sauvegarder"), Kind: ui.Primary, Busy: true},
			&ui.Button{Label: both("Sending", "Envoi en cours"), Busy: true, Icon: ui.IconSend},
			&ui.Button{ID: "toggle-busy", Label: both("Turns busy", "Occupé au clic"), Busy: g.saving, OnClick: save},
			&ui.Button{Label: both("Active", "Actif"), Icon: ui.IconFilter, Pressed: true},
		),
		ui.Row(
			&ui.Button{ID: "disabled", Label: both("Login to support", "Se connecter pour assistance"), Kind: ui.Primary, Disabled: ended},
			&ui.Button{Label: both("Withdraw", "Retirer"), Disabled: ended},
			&ui.Button{Label: both("Change end", "Modifier la fin"), Icon: ui.IconClock, IconOnly: true, Disabled: ended},
		),
		ui.Row(
			&ui.Button{Label: both("Undo", "Annuler"), Small: true},
			&ui.Button{Label: both("Approve", "Approuver"), Small: true, Kind: ui.Primary},
			&ui.Button{Label: both("Remove", "Supprimer"), Icon: ui.IconTrash, Small: true, Kind: ui.Danger},
			&ui.Button{Label: both("More", "Plus"), Icon: ui.IconEllipsis, Small: true, IconOnly: true, Kind: ui.Quiet},
			&ui.Button{Label: both("A link", "Un lien"), Small: true, IconEnd: ui.IconArrowRight, Href: "/dev/gallery?link"},
		),
		&ui.Button{Block: true, Label: both("As wide as its container, with a label that is longer than most", "Aussi large que son conteneur, avec un libellé plus long que la plupart")},
	)
}

func (g *Gallery) signs() app.UI {
	return section("signs", "Signs", "Signes",
		ui.Row(
			ui.Tag(ui.OK, both("Active", "Actif")),
			ui.TagIcon(ui.Info, ui.IconClock, both("Pending", "En attente")),
			ui.TagIcon(ui.Warn, ui.IconHourglass, both("Needs attention", "À traiter")),
			ui.Tag(ui.Bad, both("Revoked", "Révoqué")),
			ui.TagIcon(ui.Neutral, ui.IconHistory, both("Expired", "Expiré")),
			ui.Tag(ui.Live, both("1 live", "1 en cours")),
		),
		ui.Row(
			ui.Badge(ui.Live, 1, both("1 request", "1 demande")), ui.Badge(ui.Neutral, 12, both("12 entries", "12 entrées")),
			ui.Badge(ui.Bad, 2, both("2 failures", "2 échecs")), ui.Badge(ui.Info, 100000, both("100,000 numbers", "100 000 numéros")),
			ui.Avatar("Sofia Keller", ui.Neutral), ui.Avatar("Tom Becker", ui.Live), ui.Avatar("Élodie", ui.Neutral),
			ui.Keys("Ctrl K"), ui.Keys("g h"),
		),
		ui.Row(
			&ui.Pill{Tone: ui.OK, Text: both("Online · all saved", "En ligne · tout est enregistré")},
			&ui.Pill{Tone: ui.Warn, Icon: ui.IconCloudOff, Text: both("Offline · last update 10:42", "Hors ligne · dernière mise à jour à 10:42")},
			&ui.Pill{Tone: ui.Info, Busy: true, Text: both("Reconnecting…", "Reconnexion…")},
			&ui.Pill{Tone: ui.Bad, Text: both("2 need attention", "2 à traiter"), Href: "/dev/gallery?changes"},
		),
		ui.Row(
			&ui.Countdown{Until: galleryEnd, Label: both("Ends in {left}", "Se termine dans {left}"), Silent: true},
			&ui.Countdown{Until: galleryEnd.AddDate(0, 0, 2), Silent: true},
			&ui.Countdown{Until: ui.ServerNow(), Silent: true},
		),
	)
}

func (g *Gallery) fields() app.UI {
	mail := ""
	if g.wrong == "marie.dubois@acme" {
		mail = both("The part after the @ has no dot. Write the whole address, like name@company.com.",
			"La partie après le @ n’a pas de point. Saisissez l’adresse complète, par exemple nom@societe.com.")
	}
	return section("fields", "Fields", "Champs",
		ui.Grid(
			&ui.Field{ID: "f-text", Label: both("Ticket", "Ticket"), Value: g.text, Placeholder: "#4821", Optional: true,
				Hint:    both("Enter clears this field.", "Entrée vide ce champ."),
				OnInput: func(_ app.Context, v string) { g.text = v },
				OnEnter: func(app.Context) { g.text = "" }},
			&ui.Field{ID: "f-mail", Label: both("E-mail", "E-mail"), Kind: ui.Email, Value: g.wrong, Required: true, Error: mail,
				OnInput: func(_ app.Context, v string) { g.wrong = v }},
			&ui.Field{ID: "f-login", Label: both("Login name", "Nom de connexion"), Value: "jonas.meier@acme.example", ReadOnly: true,
				Confirmation: both("Available", "Disponible")},
			&ui.Field{ID: "f-password", Label: both("Password", "Mot de passe"), Kind: ui.Password, Value: g.password, Autocomplete: "new-password",
				OnInput: func(_ app.Context, v string) { g.password = v }},
			&ui.Field{ID: "f-secret", Label: both("Phone/Chat Code", "Code téléphone/chat"), Kind: ui.Secret, Mono: true, Hint: both("No browser keeps it.", "Aucun navigateur ne le garde.")},
			&ui.Field{ID: "f-date", Label: both("Contract until", "Contrat jusqu’au"), Kind: ui.Date, Value: "2026-11-22"},
			&ui.Field{ID: "f-code", Label: both("6-digit code", "Code à 6 chiffres"), Kind: ui.Number, MaxLength: 6, Mono: true, Narrow: true, Autocomplete: "one-time-code"},
			&ui.Field{ID: "f-tel", Label: both("Phone number", "Numéro de téléphone"), Kind: ui.Tel, Value: "+33 1 84 88 20 10",
				Disabled: both("The number is being removed.", "Le numéro est en cours de suppression.")},
			&ui.Field{ID: "f-search", Label: both("Search contacts", "Rechercher des contacts"), HideLabel: true, Kind: ui.Search,
				Placeholder: both("UUID or name, customer reference, phone number", "UUID ou nom, référence client, numéro")},
			&ui.Select{ID: "f-purpose", Label: both("Call purpose", "Motif d’appel"), Value: g.purpose, Options: []ui.Option{
				{Value: "", Label: both("None", "Aucun")},
				{Value: "support", Label: both("Customer Service", "Service client")},
				{Value: "debt", Label: both("Debt Collection", "Recouvrement")},
			}, OnChange: func(_ app.Context, v string) { g.purpose = v }},
			&ui.Select{ID: "f-select-wrong", Label: both("Duration", "Durée"), Value: "7d", Required: true,
				Options: []ui.Option{{Value: "1h", Label: both("1 hour", "1 heure")}, {Value: "7d", Label: both("7 days", "7 jours")}},
				Error:   both("Your organization allows 24 hours at most.", "Votre organisation autorise 24 heures au plus.")},
			&ui.Select{ID: "f-select-off", Label: both("Business unit", "Unité commerciale"), Options: []ui.Option{{Label: "Acme France"}},
				Disabled: both("Only the owner changes this.", "Seul le titulaire modifie ce champ.")},
		),
		&ui.Field{ID: "f-note", Label: both("Note for approver", "Note pour l’approbateur"), Kind: ui.Area, Optional: true, MaxLength: 500, Value: g.note,
			Hint:    both("Say what you need to look at.", "Dites ce que vous devez consulter."),
			OnInput: func(_ app.Context, v string) { g.note = v }},
	)
}

func (g *Gallery) choices() app.UI {
	return section("choices", "Choices", "Choix",
		ui.Grid(
			ui.Stack(
				&ui.Checkbox{ID: "c-on", Label: both("Access authorisation", "Autorisation d’accès"), Hint: both("This contact can sign in to the portal.", "Ce contact peut se connecter au portail."),
					Checked: g.ticked, OnChange: func(_ app.Context, on bool) { g.ticked = on }},
				&ui.Checkbox{ID: "c-some", Label: both("Some of many", "Une partie"), Mixed: !g.some, Checked: g.some, OnChange: func(_ app.Context, on bool) { g.some = on }},
				&ui.Checkbox{ID: "c-wrong", Label: both("I have read the warning", "J’ai lu l’avertissement"), Error: both("Tick this to go on.", "Cochez pour continuer.")},
				&ui.Checkbox{ID: "c-off", Label: both("Manage Account (Admin)", "Gérer le compte (Admin)"), Checked: true, Disabled: both("You can’t change your own permissions.", "Vous ne pouvez pas modifier vos propres autorisations.")},
				&ui.Checkbox{ID: "c-switch", Label: both("Named agents only", "Agents nommés uniquement"), Switch: true, Checked: g.live, OnChange: func(_ app.Context, on bool) { g.live = on }},
				&ui.Checkbox{ID: "c-switch-off", Label: both("Shortcuts of a single key", "Raccourcis à une touche"), Switch: true},
			),
			&ui.RadioGroup{ID: "managed", Label: both("Managed by", "Géré par"), Value: g.managed,
				OnChange: func(_ app.Context, v string) { g.managed = v },
				Choices: []ui.Choice{
					{Value: "customer", Label: both("Customer", "Client"), Hint: both("Support must ask each time. They sign in as super_admin.", "L’assistance doit demander à chaque fois. Elle se connecte en tant que super_admin.")},
					{Value: "provider", Label: both("Service Provider", "Fournisseur de services"), Hint: both("Your service provider signs in as owner without asking. Every visit is still recorded.", "Votre fournisseur se connecte comme titulaire sans demander. Chaque visite est enregistrée.")},
					{Value: "nobody", Label: both("Nobody", "Personne"), Disabled: both("Not in your plan.", "Non compris dans votre offre.")},
				}},
		),
		&ui.RadioGroup{ID: "durations", Label: both("Select Duration", "Choisir la durée"), HideLabel: true, Horizontal: true, Value: g.duration,
			OnChange: func(_ app.Context, v string) { g.duration = v },
			Choices: []ui.Choice{
				{Value: "1h", Label: both("1 hour", "1 heure")}, {Value: "4h", Label: both("4 hours", "4 heures")}, {Value: "24h", Label: both("24 hours", "24 heures")},
			}},
	)
}

func (g *Gallery) tabs() app.UI {
	return section("tabs", "Tabs", "Onglets",
		&ui.Tabs{ID: "g-links", Label: both("Manage Organization", "Gérer l’organisation"), Selected: "remote", Tabs: []ui.Tab{
			{ID: "remote", Label: both("Remote Support", "Assistance à distance"), Href: "/dev/gallery?remote", Count: 1, CountTone: ui.Live, CountLabel: both("1 request", "1 demande")},
			{ID: "changes", Label: both("Significant changes", "Modifications importantes"), Href: "/dev/gallery?changes"},
			{ID: "audit", Label: both("Audit", "Journal d’audit"), Href: "/dev/gallery?audit"},
			{ID: "owner", Label: both("Ownership", "Titularité"), Href: "/dev/gallery?owner"},
		}},
		&ui.Tabs{ID: "g-tabs", Label: both("Contact", "Contact"), Selected: g.tab, Tabs: galleryTabs(),
			OnSelect: func(_ app.Context, id string) { g.tab = id }},
		ui.TabPanel("g-tabs", g.tab, app.P().Text(both("The view of the tab ", "La vue de l’onglet ")+g.tab+".")),
	)
}

func galleryTabs() []ui.Tab {
	return []ui.Tab{
		{ID: "details", Label: both("Details", "Coordonnées")},
		{ID: "rights", Label: both("Access rights", "Droits d’accès")},
		{ID: "permissions", Label: both("Permissions", "Autorisations")},
		{ID: "fields", Label: both("Custom Fields", "Champs personnalisés")},
		{ID: "mail", Label: both("Correspondence", "Correspondance")},
	}
}

func (g *Gallery) menus() app.UI {
	items := []ui.MenuItem{
		{Label: both("View Assignments", "Voir les affectations"), Icon: ui.IconEye, OnSelect: g.toast},
		{Label: both("Edit", "Modifier"), Icon: ui.IconPencil, Hint: "e", OnSelect: func(app.Context) { g.dialog = "form" }},
		{Label: both("Reveal", "Afficher le code"), Icon: ui.IconKey, Disabled: both("Not inside a support session.", "Pas pendant une session d’assistance.")},
		{Label: both("Remove", "Supprimer"), Icon: ui.IconTrash, Danger: true, Separator: true, OnSelect: func(app.Context) { g.dialog = "confirm" }},
	}
	return section("menus", "Menus", "Menus",
		ui.Row(
			&ui.Menu{ID: "m-units", Label: both("All units", "Toutes les unités"), Icon: ui.IconBuilding, Start: true, Items: []ui.MenuItem{
				{Label: both("All units", "Toutes les unités"), Radio: true, Checked: true}, {Label: "Acme France", Radio: true}, {Label: "Acme Suisse", Radio: true},
			}},
			&ui.Menu{ID: "m-manage", Label: both("Manage Phone Numbers", "Gérer les numéros"), Kind: ui.Primary, Start: true, Items: items},
			&ui.Menu{ID: "m-row", Label: both("Actions", "Actions"), Name: both("Actions for +33 1 84 88 20 10", "Actions pour +33 1 84 88 20 10"), Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet, Items: items},
		))
}

package pages

import (
	"strconv"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderUpload is the tab where a file is sent.
func (p *NumberList) renderUpload() []app.UI {
	u := &p.upload
	if p.kind() == api.JobAdd && !p.At.Can(perm.NumbersImport) {
		return []app.UI{noRight(p.At)}
	}
	if f := u.desk.file; f != nil {
		return []app.UI{p.renderSending(f)}
	}
	if u.file == nil {
		return []app.UI{slot(formError(u.problem)), slot(p.renderStopped()), p.renderDrop()}
	}
	return []app.UI{app.Div().Class("list-page", "wide").Body(
		app.Div().Class("stack", "lg").Body(slot(formError(u.problem)), p.renderPreview()),
		&ui.Card{ID: "list-options", Title: p.word("options"), Body: []app.UI{slot(p.wordsTrouble()), p.renderOptions(true)}, Footer: []app.UI{p.renderStart()}},
	), p.renderAskFile()}
}

// renderDrop takes a file: dropped, or chosen by the button.
func (p *NumberList) renderDrop() app.UI {
	u := &p.upload
	class := "drop-zone"
	if u.over {
		class = "drop-zone over"
	}
	zone := app.Div().Class(class)
	hold := func(over bool) app.EventHandler {
		return func(ctx app.Context, e app.Event) {
			e.PreventDefault()
			if u.over == over {
				ctx.PreventUpdate()
			}
			u.over = over
		}
	}
	zone = ui.OnEvent(zone, "dragover", hold(true))
	zone = ui.OnEvent(zone, "dragleave", hold(false))
	zone = ui.OnEvent(zone, "drop", func(_ app.Context, e app.Event) {
		e.PreventDefault()
		u.over = false
		if offlineReason(p.At) == "" {
			u.choose(p, firstFile(e.Get("dataTransfer").Get("files")))
		}
	})
	return zone.Body(
		ui.Icon(ui.IconUpload),
		app.P().Class("empty-title").Text(ui.T("numlist.drop")),
		ui.Hint(ui.T("numlist.drop_hint", "rows", api.JobRows, "mib", api.JobBytes>>20)),
		app.Input().Type("file").ID("file-input").Class("sr-only").TabIndex(-1).Attr("accept", ".csv,.txt,.tsv,text/csv,text/plain").Aria("label", ui.T("numlist.choose_file")).
			OnChange(ui.On(func(_ app.Context, e app.Event) {
				u.choose(p, firstFile(e.Get("target").Get("files")))
				ui.SetProperty("file-input", "value", "") // so that the same file can be chosen again
			})),
		ui.Row(
			&ui.Button{ID: "file-choose", Label: ui.T("numlist.choose_file"), Icon: ui.IconFileText, Kind: ui.Primary, Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { app.Window().GetElementByID("file-input").Call("click") }},
			&ui.Button{ID: "file-template", Label: ui.T("numlist.template"), Icon: ui.IconDownload, OnClick: func(app.Context, app.Event) {
				client.Save(ui.T("numlist.template_name")+".csv", "text/csv;charset=utf-8", templateCSV(p.kind()))
			}},
		),
		slot(when(offlineReason(p.At) != "", func() app.UI { return ui.Hint(ui.T("numlist.file_offline")) })),
	)
}

// renderStopped offers to go on with a file of a former visit.
func (p *NumberList) renderStopped() app.UI {
	k := p.upload.stopped
	if k == nil {
		return nil
	}
	return &ui.Banner{Tone: ui.Info, Icon: ui.IconUpload, Text: ui.T("numlist.stopped", "file", k.Name), Actions: []app.UI{
		&ui.Button{ID: "file-forget", Label: ui.T("numlist.forget"), Small: true, OnClick: func(app.Context, app.Event) { p.upload.forget(p) }}}}
}

// renderSending is a file on its way up.
func (p *NumberList) renderSending(f *sendingFile) app.UI {
	body := []app.UI{}
	if f.problem != "" {
		body = append(body, &ui.Banner{Tone: ui.Bad, Alert: true, Text: f.problem + " " + ui.T("numlist.sent_kept"), Actions: []app.UI{
			&ui.Button{ID: "file-retry", Label: ui.T("numlist.go_on"), Small: true, Icon: ui.IconRefresh, OnClick: func(app.Context, app.Event) { f.retry() }}}})
	}
	body = append(body,
		&ui.Progress{Label: ui.T("numlist.sending", "sent", sizeText(f.sent()), "total", sizeText(f.file.bytes())), Done: f.percent(), Total: 100,
			OnCancel: func(app.Context) { f.cancel() }},
		ui.Hint(ui.T("numlist.background")))
	return &ui.Card{ID: "file-sending", Title: f.name(), Body: body}
}

// sizeText is an amount of data: "1.2 MB".
func sizeText(bytes int64) string {
	if bytes < 1_000_000 {
		return ui.T("numlist.kb", "n", max(1, (bytes+500)/1000))
	}
	tenths := (bytes + 50_000) / 100_000
	return ui.T("numlist.mb", "whole", tenths/10, "tenth", tenths%10)
}

// delimiters are what can stand between columns.
var delimiters = [...]struct {
	is   sheet.Delimiter
	name string
}{{sheet.Comma, "comma"}, {sheet.Semicolon, "semicolon"}, {sheet.Tab, "tab"}, {sheet.Bar, "bar"}, {sheet.None, "none"}}

// renderPreview shows how the file is read, to be corrected.
func (p *NumberList) renderPreview() app.UI {
	u := &p.upload
	card := &ui.Card{ID: "file-preview", Title: u.file.name(), Mark: app.Span().Class("hint").Text(sizeText(u.file.bytes())), Actions: []app.UI{
		&ui.Button{ID: "file-other", Label: ui.T("numlist.other_file"), Small: true, OnClick: func(app.Context, app.Event) { u.another(p) }}}}
	card.Body = []app.UI{region(p.At, &u.preview, 6, func(app.Context) { u.ask(p) }, func(v api.FilePreview) []app.UI {
		if len(v.Rows) == 0 {
			return []app.UI{p.renderReading(&v), &ui.Empty{Icon: ui.IconFileText, Title: ui.T("numlist.no_rows"), Text: ui.T("numlist.no_rows_text")}}
		}
		return []app.UI{p.renderReading(&v), slot(when(u.damaged(), func() app.UI {
			return &ui.Banner{Tone: ui.Warn, Text: reasonText(number.SpreadsheetDamage)}
		})), p.renderRows(&v)}
	})}
	return card
}

// renderReading are the fields that say which column holds what.
func (p *NumberList) renderReading(v *api.FilePreview) app.UI {
	u := &p.upload
	m := sheet.Mapping{}
	if u.reading.mapping != nil {
		m = *u.reading.mapping
	}
	between := make([]ui.Option, 0, len(delimiters))
	for _, d := range delimiters {
		between = append(between, ui.Option{Value: string(d.is), Label: ui.T("numlist.delimiter." + d.name)})
	}
	columns := []ui.Option{{Value: "0", Label: ui.T("numlist.no_column")}}
	for i := range v.Columns {
		label := ui.T("numlist.column", "n", i+1)
		if i < len(v.Header) && v.Header[i] != "" {
			label = v.Header[i]
		} else if len(v.Rows) > 0 && i < len(v.Rows[0].Cells) && v.Rows[0].Cells[i] != "" {
			label += " (" + v.Rows[0].Cells[i] + ")"
		}
		columns = append(columns, ui.Option{Value: strconv.Itoa(i + 1), Label: label})
	}
	fields := []app.UI{&ui.Select{ID: "file-delimiter", Label: ui.T("numlist.delimiter"), Value: string(u.reading.delimiter), Options: between, Narrow: true,
		OnChange: func(_ app.Context, d string) {
			u.reading = listReading{delimiter: sheet.Delimiter(d)} // other columns: they are looked for anew
			u.ask(p)
		}}}
	which := []struct {
		name string
		at   func(m *sheet.Mapping) *int
	}{
		{"number", func(m *sheet.Mapping) *int { return &m.Number }},
		{"call_purpose", func(m *sheet.Mapping) *int { return &m.CallPurpose }},
		{"business_unit", func(m *sheet.Mapping) *int { return &m.BusinessUnit }},
		{"program", func(m *sheet.Mapping) *int { return &m.Program }},
		{"display_name", func(m *sheet.Mapping) *int { return &m.DisplayName }},
	}
	if p.kind() == api.JobDelete {
		which = which[:1]
	}
	for i, c := range which {
		options := columns
		if i == 0 {
			options = columns[1:] // there must be a number
		}
		fields = append(fields, &ui.Select{ID: "file-" + c.name, Label: ui.T("number.column." + c.name), Value: strconv.Itoa(*c.at(&m)), Options: options, Narrow: true,
			OnChange: func(_ app.Context, v string) {
				u.read(p, func(m *sheet.Mapping) {
					n, _ := strconv.Atoi(v)
					for _, other := range which { // a column holds one thing
						if at := other.at(m); *at == n && n > 0 && other.name != c.name && other.name != "number" {
							*at = 0
						}
					}
					*c.at(m) = n
				})
			}})
	}
	return app.Div().Class("stack").Body(
		ui.Hint(ui.T("numlist.read_hint")),
		app.Div().Class("row", "file-reading").Body(fields...),
		&ui.Checkbox{ID: "file-header", Label: ui.T("numlist.header"), Checked: m.Header, OnChange: func(_ app.Context, on bool) { u.read(p, func(m *sheet.Mapping) { m.Header = on }) }},
	)
}

// renderRows are the first rows with what they are read as.
func (p *NumberList) renderRows(v *api.FilePreview) app.UI {
	m := v.Mapping
	columns := []ui.Column{{Title: ui.T("number.column.line")}, {Title: ui.T("numlist.in_file"), Kind: ui.Title}, {Title: ui.T("numlist.read_as"), Kind: ui.State}}
	var more []int
	if p.kind() == api.JobAdd {
		for _, c := range []struct {
			name string
			at   int
		}{{"call_purpose", m.CallPurpose}, {"business_unit", m.BusinessUnit}, {"program", m.Program}, {"display_name", m.DisplayName}} {
			if c.at > 0 {
				columns, more = append(columns, ui.Column{Title: ui.T("number.column." + c.name)}), append(more, c.at)
			}
		}
	}
	lines := make([]ui.Line, 0, len(v.Rows))
	for i := range v.Rows {
		r := &v.Rows[i]
		cell := func(at int) string {
			if at < 1 || at > len(r.Cells) {
				return ""
			}
			return r.Cells[at-1]
		}
		cells := []app.UI{lineCell(r.Line), app.Span().Class("wrap").Text(cell(max(m.Number, 1))), readAs(r)}
		for _, at := range more {
			if text := cell(at); text != "" {
				cells = append(cells, app.Span().Class("wrap").Text(text))
			} else {
				cells = append(cells, app.Text("")) // left out of a narrow row
			}
		}
		lines = append(lines, ui.Line{Cells: cells})
	}
	return &ui.Table{ID: "file-rows", Label: ui.T("numlist.first_rows"), Columns: columns, Lines: lines, Compact: true,
		Foot: []app.UI{app.Span().Text(ui.T("numlist.rows_shown", "n", len(lines)))}}
}

// lineCell is the number of a line, which says so where the table has no heads.
func lineCell(n int) app.UI {
	return app.Span().Body(app.Span().Class("wide-only").Text(strconv.Itoa(n)), app.Span().Class("narrow-only").Text(ui.T("numlist.line", "n", n)))
}

// readAs is what a row's number is read as, and what was mended, or why the row would be rejected.
func readAs(r *api.PreviewRow) app.UI {
	if r.Reason != "" {
		text := shortReason(r.Reason, r.First)
		if r.What == "business_unit" || r.What == "program" {
			text = ui.T("numlist.not_found." + r.What)
		}
		return app.Span().Class("read-as", "bad").Body(ui.Icon(ui.IconCircleAlert), app.Span().Text(text))
	}
	parts := []app.UI{ui.Icon(ui.IconCircleCheck), app.Span().Text(r.E164.International())}
	if r.Repaired != sheet.NoRepair {
		parts = append(parts, app.Span().Class("read-mended").Text(ui.T("number.repair."+string(r.Repaired))))
	}
	return app.Span().Class("read-as", "ok").Body(parts...)
}

func (p *NumberList) renderStart() app.UI {
	u := &p.upload
	b := &ui.Button{ID: "file-send", Label: p.word("act"), Kind: ui.Create, Busy: u.busy, Disabled: offlineReason(p.At), OnClick: func(app.Context, app.Event) { u.start(p) }}
	if p.kind() == api.JobDelete {
		b.Kind = ui.Danger
	}
	if b.Disabled == "" && (!u.preview.has() || u.preview.busy || len(u.preview.value.Rows) == 0) {
		b.Disabled = ui.T("numlist.read_first")
	}
	return b
}

// renderAskFile asks before the numbers of a file are taken away.
func (p *NumberList) renderAskFile() app.UI {
	u := &p.upload
	c := &ui.Confirm{ID: "file-ask", Open: u.asking, Busy: u.busy, OnClose: func(app.Context) { u.asking = false }, OnConfirm: func(app.Context) {
		if !u.busy {
			u.announce(p)
		}
	}}
	if !u.asking {
		return c
	}
	c.Title = ui.T("numlist.ask_title."+string(p.options.level()), "n", u.lines)
	c.Text = ui.T("numlist.ask_file", "file", u.file.name(), "n", u.lines) + " " + p.effect(u.lines)
	c.Action = ui.T("numlist.ask_act." + string(p.options.level()))
	if u.lines > askCount {
		c.Match = strconv.Itoa(u.lines)
		c.MatchHint = ui.T("numlist.type_count", "n", c.Match)
	}
	return c
}

package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/sheet"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// numberExport hands the numbers that are shown to the person as a file. The server writes it, so that it is recorded who
// took what out.
type numberExport struct {
	busy bool
}

func (x *numberExport) start(ctx app.Context, p *Numbers) {
	if x.busy {
		return
	}
	x.busy = true
	q := p.query
	in := api.ExportNumbersIn{Org: p.At.OrgIn()}
	in.Body.Query, in.Body.CallPurpose, in.Body.Unit, in.Body.Program, in.Body.Status = q.Text, q.CallPurpose, q.Unit, q.Program, q.Status
	if in.Body.Sort = string(q.Sort); q.Descending {
		in.Body.Sort = "-" + in.Body.Sort
	}
	if ui.Locale() == "fr" {
		in.Body.Delimiter = sheet.Semicolon // what spreadsheets in French read
	}
	client.Call(p.ctx, p.At.Session, api.ExportNumbers, in, func(_ app.Context, out api.Blob, err error) {
		x.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		client.Save("phone-numbers.csv", "text/csv;charset=utf-8", string(out.Data))
		text := ui.T("numbers.exported", "file", "phone-numbers.csv")
		if n := p.desk.Status().Pending; n > 0 {
			text += " " + ui.T("numbers.exported_without", "n", n)
		}
		ui.ShowToast(ui.Toast{Text: text})
	})
}

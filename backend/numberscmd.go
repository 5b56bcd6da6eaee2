package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"

	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/number"
)

type numbersCmd struct {
	Import numbersImportCmd `cmd:"" help:"Add the phone numbers of a CSV file to an organization, or remove them. The portal must not run. The exit status is 0 when every row was applied, and 1 when a row was rejected or the file refused; valid rows are applied either way."`
}

type numbersImportCmd struct {
	place
	File         string   `arg:"" help:"CSV file, with or without a header; up to 100,000 rows and 25 MiB." type:"existingfile"`
	Organization string   `help:"The organization, by customer reference or UUID." required:"" placeholder:"REF|UUID"`
	CallPurpose  string   `help:"Call purpose of rows that name none."`
	Unit         string   `help:"Business unit to add to or, with --delete, to take out of."`
	Program      string   `help:"Program to add to or, with --delete, to take out of."`
	Delete       bool     `help:"Remove the numbers: from the program or unit that is named, else from the business."`
	Rejected     string   `help:"Write rejected rows with their reasons to this file, to be mended and imported again." placeholder:"OUT.csv" type:"path"`
	DryRun       bool     `help:"Show what would become of each row, and change nothing."`
	Log          logFlags `embed:"" prefix:"log-"`
}

// Run works the file off as the portal would. An interruption leaves whole batches behind, and the portal's next start, or
// the next import, goes on with the rest.
func (c *numbersImportCmd) Run(o *output) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	keys, err := c.standing()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if out, err := os.Stat(c.Rejected); err == nil && os.SameFile(out, info) {
		return fmt.Errorf("the rejected rows would take the place of %s: name another file for them", c.File)
	}
	s, err := openService(ctx, &c.place, keys, c.Log.logger(o.err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.DB.Close()) }()
	in := portal.Import{Organization: c.Organization, Kind: api.JobAdd, File: filepath.Base(c.File), Bytes: info.Size(),
		CallPurpose: c.CallPurpose, BusinessUnit: c.Unit, Program: c.Program}
	if c.Delete {
		in.Kind = api.JobDelete
	}
	return c.work(ctx, o, s, in, f)
}

func (c *numbersImportCmd) work(ctx context.Context, o *output, s *portal.Service, in portal.Import, f io.Reader) error {
	rejected := &lazyFile{name: c.Rejected}
	var done portal.Imported
	var err error
	if c.DryRun {
		var w io.Writer
		if c.Rejected != "" {
			w = rejected
		}
		done, err = s.TryImport(ctx, in, f, w)
	} else {
		told := 0
		done, err = s.ImportAsSystem(ctx, in, f, func(j api.Job) {
			if tenth := 10 * j.Handled / max(j.Rows, 1); tenth > told {
				told = tenth
				fmt.Fprintf(o.err, "%s of %s rows\n", grouped(j.Handled), grouped(j.Rows))
			}
		})
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("stopped after %s rows; the portal goes on with the rest when it starts", grouped(done.Handled))
		}
		if err == nil && c.Rejected != "" && done.Rejected > 0 {
			err = s.RejectedAsSystem(ctx, done, rejected)
		}
	}
	if err := rejected.end(err); err != nil {
		return explain(err)
	}
	if done.State == api.JobFailed {
		return errors.New(i18n.EN.T(done.Problem))
	}
	c.sum(o.out, &done)
	if done.Rejected > 0 {
		return fmt.Errorf("%s of %s rows were rejected", grouped(done.Rejected), grouped(done.Rows))
	}
	return nil
}

// sum prints what became of the rows.
func (c *numbersImportCmd) sum(w io.Writer, done *portal.Imported) {
	verb := "added to"
	if c.Delete {
		verb = "removed from"
	}
	were := "were"
	if c.DryRun {
		were = "would be"
	}
	fmt.Fprintf(w, "%s numbers %s %s %s.\n", grouped(done.Applied), were, verb, done.Organization.Name)
	reasons := slices.SortedFunc(maps.Keys(done.Reasons), func(a, b number.Reason) int {
		return cmp.Or(done.Reasons[b]-done.Reasons[a], cmp.Compare(a, b))
	})
	for _, r := range reasons {
		fmt.Fprintf(w, "%8s  %s: %s\n", grouped(done.Reasons[r]), r, i18n.EN.T("number.reason."+string(r)))
	}
}

// grouped is a number as it is read easily: 100,000.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// lazyFile is made when something is written to it. Under its name it is there only once it is complete: what stood there
// before is replaced as a whole or not at all.
type lazyFile struct {
	name string
	f    *os.File
}

func (l *lazyFile) Write(p []byte) (int, error) {
	if l.f == nil {
		f, err := os.CreateTemp(filepath.Dir(l.name), ".countersign-*") // readable by its owner alone
		if err != nil {
			return 0, err
		}
		l.f = f
	}
	return l.f.Write(p)
}

// end puts the file in its place, if there is one and nothing failed.
func (l *lazyFile) end(failed error) error {
	if l.f == nil {
		return failed
	}
	if err := errors.Join(failed, l.f.Close()); err != nil {
		return errors.Join(err, os.Remove(l.f.Name()))
	}
	return os.Rename(l.f.Name(), l.name)
}

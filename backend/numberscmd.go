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
	DryRun       bool     `help:"Count what would become of the rows, by reason, and change nothing; with --rejected, write which."`
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
	rejected, err := c.rejectedFile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rejected.drop()) }()
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
	return c.work(ctx, o, s, in, f, rejected)
}

// work imports what f holds, and tells what became of it even where the rejected rows can't be written.
func (c *numbersImportCmd) work(ctx context.Context, o *output, s *portal.Service, in portal.Import, f io.Reader, rejected *rejectedFile) error {
	done, err := c.run(ctx, o, s, in, f, rejected)
	if errors.Is(err, context.Canceled) {
		if done.ID == "" {
			return errors.New("stopped before the file was taken in; nothing was changed")
		}
		return fmt.Errorf("stopped after %s rows; the portal, when it starts, or the next import goes on with the rest", grouped(done.Handled))
	}
	if err != nil {
		return explain(err)
	}
	if done.State == api.JobFailed {
		return errors.New(i18n.EN.T(done.Problem))
	}
	c.sum(o.out, &done)
	err = c.keepRejected(ctx, s, &done, rejected)
	if done.Rejected > 0 {
		what := "rows rejected"
		if c.DryRun {
			what = "rows that would be rejected"
		}
		err = errors.Join(fmt.Errorf("%s: %s of %s", what, grouped(done.Rejected), grouped(done.Rows)), err)
	}
	return err
}

// run imports or, for a dry run, tries to.
func (c *numbersImportCmd) run(ctx context.Context, o *output, s *portal.Service, in portal.Import, f io.Reader, rejected *rejectedFile) (portal.Imported, error) {
	if c.DryRun {
		if rejected == nil {
			return s.TryImport(ctx, in, f, nil)
		}
		return s.TryImport(ctx, in, f, rejected)
	}
	told := 0
	return s.ImportAsSystem(ctx, in, f, func(j api.Job) {
		if tenth := 10 * j.Handled / max(j.Rows, 1); tenth > told {
			told = tenth
			fmt.Fprintf(o.err, "%s of %s rows\n", grouped(j.Handled), grouped(j.Rows))
		}
	})
}

// sum prints what became of the rows, or would, by reason.
func (c *numbersImportCmd) sum(w io.Writer, done *portal.Imported) {
	verb := "added to"
	if c.Delete {
		verb = "removed from"
	}
	if c.DryRun {
		verb = "that would be " + verb
	}
	fmt.Fprintf(w, "Numbers %s %s: %s\n", verb, done.Organization.Name, grouped(done.Applied))
	reasons := slices.SortedFunc(maps.Keys(done.Reasons), func(a, b number.Reason) int {
		return cmp.Or(done.Reasons[b]-done.Reasons[a], cmp.Compare(a, b))
	})
	for _, r := range reasons {
		fmt.Fprintf(w, "%8s  %s: %s\n", grouped(done.Reasons[r]), r, i18n.EN.T(r.Key()))
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

// Command countersign is the portal in one file: it serves it, and it looks after its data.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"countersign/backend/mailin"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	exitDone  = 0
	exitFault = 1 // what was asked could not be done; the message says why
	exitUsage = 2 // what was asked could not be understood
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main without the process around it.
func run(args []string, stdout, stderr io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("countersign"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(status int) { exited = status }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "countersign:", err)
		return exitUsage
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // the help was shown
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(stderr, "countersign: %v\nRun \"countersign --help\" to see what there is.\n", err)
		if args[0] == mailIn {
			return mailin.TempFail // mails must not be sent back because of a mistake in a configuration
		}
		return exitUsage
	}
	command.Bind(&output{stdout, stderr})
	err = command.Run()
	if s, ok := errors.AsType[*status](err); ok {
		fmt.Fprintln(stderr, s.reason)
		return s.code
	}
	if err != nil {
		fmt.Fprintln(stderr, "countersign:", err)
		return exitFault
	}
	return exitDone
}

// status is an error with an exit status of its own; who runs the command reads the reason as it is.
type status struct {
	code   int
	reason error
}

func (s *status) Error() string { return s.reason.Error() }

// output is where commands write: what was asked for to out, everything else to err.
type output struct{ out, err io.Writer }

const description = "Countersign: the portal in which customers decide when support may act for them.\n\n" +
	"Flags whose help names a variable can be given in the environment, too: --public-url as COUNTERSIGN_PUBLIC_URL."

// Command diffcheck compares what the documents of connect(2) say, what the
// model allows, what impl does and what this machine's kernel does.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/alecthomas/kong"

	"github.com/connspec/connspec/diffcheck/run"
)

// commands is the command line. The check is what diffcheck does without a
// command.
type commands struct {
	Check       checkCommand       `cmd:"" default:"withargs" help:"Run generated scripts on every target, compare and judge (the default)."`
	Replay      replayCommand      `cmd:"" help:"Run script files (packetdrill's notation) and judge them."`
	Doctor      doctorCommand      `cmd:"" help:"Say which tiers this machine offers and how to get the missing ones."`
	Explore     exploreCommand     `cmd:"" help:"Explore every world that the model can reach in a scope."`
	Distinguish distinguishCommand `cmd:"" help:"Find the shortest scripts that tell two dialects apart."`
	Rules       rulesCommand       `cmd:"" help:"List the rules of the model."`
	Clauses     clausesCommand     `cmd:"" help:"List the clauses of the documents."`
	Bench       benchCommand       `cmd:"" help:"Measure connspec beside the host kernel and gVisor, in one run."`
	BenchPart   benchPartCommand   `cmd:"" hidden:"" help:"Be one end of a trial of bench."`
}

const description = `Runs one script on three targets (this machine's kernel, impl on a raw socket,
impl in virtual time), judges each trace by what the five documents of connect(2)
allow, and compares them.

Exit status: 0 no divergence, 1 a divergence, 2 it could not run.`

// complaints is where a command writes what is wrong with one of its inputs
// when it goes on with the others.
type complaints struct{ io.Writer }

// exit is the error of a command that has printed what there is to say.
type exit struct{ code int }

func (e exit) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// threadsMin is how many threads may run Go code at a time: a script's blocking
// call keeps its place for a while, and the workers are not to wait for that.
const threadsMin = 8

func main() {
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), threadsMin))
	os.Exit(invoke(os.Args[1:], os.Stdout, os.Stderr))
}

// invoke runs the command line and gives the exit status.
func invoke(args []string, stdout, stderr io.Writer) int {
	var c commands
	helped := false
	parser, err := kong.New(&c, kong.Name("diffcheck"), kong.Description(description),
		kong.Writers(stdout, stderr), kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}), kong.Help(help),
		kong.BindTo(stdout, (*io.Writer)(nil)), kong.Bind(complaints{stderr}))
	if err != nil {
		panic("BUG: the command line is declared wrongly: " + err.Error())
	}
	ctx, err := parser.Parse(args)
	if helped {
		return run.ExitAgrees
	}
	if err == nil {
		err = ctx.Run()
	}
	var quiet exit
	switch {
	case err == nil:
		return run.ExitAgrees
	case errors.As(err, &quiet):
		return quiet.code
	}
	fmt.Fprintf(stderr, "diffcheck: %v\n", err)
	return run.ExitCannot
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	benchmark "github.com/connspec/connspec/diffcheck/bench"
	"github.com/connspec/connspec/diffcheck/bench/part"
	"github.com/connspec/connspec/hwtarget/lab"
)

type benchCommand struct {
	Only        []string      `placeholder:"LIST" help:"Measure only what begins with these: connects, send, receive, datagrams, memory, idle."`
	Rounds      int           `default:"5" placeholder:"N" help:"Rounds; the figures are medians (default 5)."`
	Time        time.Duration `default:"1s" placeholder:"D" help:"Length of one trial (default 1s)."`
	Connections int           `default:"100000" placeholder:"N" help:"Connections that idle holds (default 100000)."`
	Congestion  string        `default:"cubic" placeholder:"NAME" help:"Congestion control of the kernels (default cubic)."`
	Profile     string        `placeholder:"DIR" help:"Write a CPU profile of connspec's first round of each measure here."`
	Peers       string        `placeholder:"DIR" help:"Source of the peers (default: diffcheck/bench/peers of the checkout around the working directory)."`

	Built string `hidden:"" help:"Peers that the outer program has built."`
}

// Validate is called by kong.
func (c *benchCommand) Validate() error {
	switch {
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: expected 1 to 1000", c.Rounds)
	case c.Time < time.Millisecond || c.Time > time.Minute:
		return fmt.Errorf("--time %s: expected 1ms to 1m", c.Time)
	case c.Connections < 1 || c.Connections > 4_000_000:
		return fmt.Errorf("--connections %d: expected 1 to 4,000,000", c.Connections)
	}
	o := benchmark.Options{Connections: c.Connections}
	_, err := benchmark.Select(benchmark.Measures(&o), c.Only)
	return err
}

func (c *benchCommand) Run(w io.Writer, complain complaints) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if c.Built == "" {
		return c.outside(ctx, w, complain)
	}
	if err := lab.Enter(); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	missing, err := os.ReadFile(filepath.Join(c.Built, missingFile))
	if err != nil {
		return err
	}
	return benchmark.Run(ctx, &benchmark.Options{
		Only: c.Only, Rounds: c.Rounds, Time: c.Time, Connections: c.Connections, Congestion: c.Congestion,
		Profile: c.Profile, Program: program, Built: c.Built, Missing: strings.FieldsFunc(string(missing), newline),
	}, w)
}

// missingFile is where the outer program tells the inner one what is missing.
const missingFile = "missing"

func newline(r rune) bool { return r == '\n' }

// outside builds the peers, for which it needs the network that the lab has
// not, runs the program again, and cleans up after it.
func (c *benchCommand) outside(ctx context.Context, w io.Writer, complain complaints) error {
	built, err := os.MkdirTemp("", "diffcheck-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(built)
	if c.Peers == "" {
		c.Peers = checkout()
	}
	missing := strings.Join(benchmark.Build(c.Peers, built), "\n")
	if err := os.WriteFile(filepath.Join(built, missingFile), []byte(missing), 0o600); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, append(os.Args[1:len(os.Args):len(os.Args)], "--built", built)...)
	cmd.Stdout, cmd.Stderr = w, complain
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err = cmd.Run()
	if cmd.ProcessState != nil && !cmd.ProcessState.Success() {
		return exit{cmd.ProcessState.ExitCode()}
	}
	return err
}

// checkout is the directory of the peers' source in the checkout of connspec
// that the working directory is in, or empty.
func checkout() string {
	dir, err := os.Getwd()
	for err == nil {
		peers := filepath.Join(dir, "diffcheck", "bench", "peers")
		if _, err := os.Stat(filepath.Join(peers, "go.mod")); err == nil {
			return peers
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return ""
}

// benchPartCommand is a program at one end of a trial.
type benchPartCommand struct {
	Part string   `arg:"" help:"Which."`
	Args []string `arg:"" optional:"" help:"The trial."`
}

func (c *benchPartCommand) Run(w io.Writer) error {
	return part.Run(part.Kind(c.Part), c.Args, os.Stdin, w)
}

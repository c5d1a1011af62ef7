package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/connspec/connspec/diffcheck/explore"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

type exploreCommand struct {
	Dialect dialectName `placeholder:"D" help:"Only this dialect: posix, linux, macos, osx or targettcp."`
	Scope   string      `placeholder:"NAME" help:"Only this scope (the list is printed if there is none of the name)."`
	Sockets int         `default:"2" help:"Sockets of the host at most."`
	Threads int         `default:"2" help:"Threads at most."`
	Memory  byteSize    `default:"8G" help:"Stop when the worlds take so many bytes (K, M, G)."`
	Exact   int64       `default:"0" placeholder:"N" help:"Tell worlds apart by 64-bit fingerprints beyond N (0: when three quarters of the memory are used)."`
	Worlds  int64       `default:"0" placeholder:"N" help:"Stop after so many worlds."`
	Out     string      `placeholder:"DIR" help:"Save the counter-examples there, as scripts."`
	Aut     string      `placeholder:"FILE" help:"Write the graph of one scope of one dialect in Aldebaran's format (mCRL2, CADP, LTSmin)."`
	Dot     string      `placeholder:"FILE" help:"The same for Graphviz, if it is small."`
	Mermaid string      `placeholder:"FILE" help:"The same for Markdown, if it is small."`
	Spin    bool        `help:"Compare with Spin as well, on a machine written by hand for both."`
	Record  string      `placeholder:"DIR" help:"Look for a way to each rule that has none recorded, and write them there (the build has model/check/ways)."`
	Anew    bool        `help:"With --record: look for all of them, not only for those that are missing."`
	Rules   bool        `help:"List the rules that no scope reached."`
	Bare    bool        `help:"Only count: hold no property against the worlds."`
	Whole   bool        `help:"Ask the model for every transition: look nothing up."`
	Audit   bool        `help:"Find out with the model again whatever is looked up, and compare."`
	Workers int         `default:"0" placeholder:"N" help:"How many cores to use (0: all)."`
}

// byteSize is a number of bytes with K, M or G behind it.
type byteSize int64

func (b *byteSize) UnmarshalText(text []byte) error {
	s, unit := strings.ToUpper(string(text)), int64(1)
	for i, letter := range "KMG" {
		if cut, ok := strings.CutSuffix(s, string(letter)); ok {
			s, unit = cut, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<60/unit {
		return fmt.Errorf("%q is no size: expected a number of bytes, or one with K, M or G", text)
	}
	*b = byteSize(n * unit)
	return nil
}

func (c *exploreCommand) Run(w io.Writer, bad complaints) error {
	scopes, err := c.scopes()
	if err != nil {
		return err
	}
	workers := c.Workers
	if workers <= 0 {
		workers = runtime.NumCPU()
	}
	if c.Record != "" {
		return c.record(w, scopes)
	}
	if c.Aut+c.Dot+c.Mermaid != "" {
		return c.graphs(w, scopes)
	}
	fmt.Fprintf(w, "%d sockets, %d threads, %d workers, at most %d MiB\n\n", c.Sockets, c.Threads, workers, c.Memory>>20)
	explore.Head(w)
	var properties []check.Property
	if !c.Bare {
		properties = check.Properties()
	}
	failed, all := false, explore.Sum{}
	for d := range spec.DocumentCount {
		if !c.Dialect.covers(d) {
			continue
		}
		reached, sum := make([]bool, len(model.Rules())+1), explore.Sum{}
		for _, sc := range scopes {
			r := explore.Run(explore.Options{
				Dialect: d, Scope: sc, Workers: workers, Memory: int64(c.Memory), Exact: c.Exact, Worlds: c.Worlds, Properties: properties,
				Whole: c.Whole, Audit: c.Audit,
				Progress: func(p explore.Progress) { explore.Line(bad, d, sc, p) },
			})
			explore.Row(w, d, sc, r)
			if r.Wrong {
				return fmt.Errorf("BUG: %s", r.Stopped)
			}
			sum.Add(r)
			all.Add(r)
			examples, err := explore.Violations(w, d, sc, r)
			if err != nil {
				return err
			}
			if err := c.save(w, examples); err != nil {
				return err
			}
			failed = failed || len(r.Violations)+len(r.Unmet) > 0
			for id, hit := range r.Rules {
				reached[id] = reached[id] || hit
			}
		}
		sum.Print(w, d.String(), workers)
		c.rules(w, d, reached)
	}
	if all.Searches > len(scopes) {
		all.Print(w, "all", workers)
	}
	if c.Spin {
		if err := explore.Spin(w, workers, &all); err != nil {
			return err
		}
	}
	if failed {
		return exit{1}
	}
	return nil
}

// rules says how many of the rules of a dialect the scopes reached.
func (c *exploreCommand) rules(w io.Writer, d spec.Dialect, reached []bool) {
	own := model.RulesOf(d)
	n := 0
	for i := range own {
		if reached[own[i].ID] {
			n++
		}
	}
	fmt.Fprintf(w, "%v: %d of %d rules were reached\n", d, n, len(own))
	for i := range own {
		if c.Rules && !reached[own[i].ID] {
			fmt.Fprintf(w, "  not %s\n", own[i].Name)
		}
	}
}

// graphs writes the graph of one scope.
func (c *exploreCommand) graphs(w io.Writer, scopes []*check.Scope) error {
	if !c.Dialect.set || c.Scope == "" {
		return fmt.Errorf("a graph is of one scope of one dialect: say which by --scope and --dialect")
	}
	o := explore.Options{Dialect: c.Dialect.dialect, Scope: scopes[0], Memory: int64(c.Memory), Worlds: c.Worlds}
	for _, g := range []struct {
		path string
		form explore.Form
	}{{c.Aut, explore.Aldebaran}, {c.Dot, explore.DOT}, {c.Mermaid, explore.Mermaid}} {
		if g.path == "" {
			continue
		}
		if err := report.Write(g.path, func(w io.Writer) error { return explore.Graph(w, g.form, o) }); err != nil {
			return err
		}
		fmt.Fprintf(w, "the graph of %s, %v is in %s\n", scopes[0].Name, c.Dialect.dialect, g.path)
	}
	return nil
}

// save writes counter-examples as scripts that replay runs.
func (c *exploreCommand) save(w io.Writer, examples []explore.CounterExample) error {
	if c.Out == "" || len(examples) == 0 {
		return nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	for _, x := range examples {
		path := filepath.Join(c.Out, x.Name+".pkt")
		if err := report.Write(path, func(w io.Writer) error { _, err := io.WriteString(w, x.Text); return err }); err != nil {
			return err
		}
		fmt.Fprintf(w, "  saved: go run ./diffcheck replay %s\n", path)
	}
	return nil
}

func (c *exploreCommand) scopes() ([]*check.Scope, error) {
	if c.Sockets < 1 || c.Sockets > 4 || c.Threads < 1 || c.Threads > 3 {
		return nil, fmt.Errorf("a scope has 1 to 4 sockets and 1 to 3 threads")
	}
	all := check.Scopes(check.Size{Sockets: c.Sockets, Threads: c.Threads})
	if c.Scope == "" {
		return all, nil
	}
	var names []string
	for _, sc := range all {
		if sc.Name == c.Scope {
			return []*check.Scope{sc}, nil
		}
		names = append(names, sc.Name)
	}
	return nil, fmt.Errorf("no scope has the name %q: there are %s", c.Scope, strings.Join(names, ", "))
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/explore"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

type distinguishCommand struct {
	A     dialectName `arg:"" help:"One dialect: posix, linux, macos, osx or targettcp."`
	B     dialectName `arg:"" help:"The other one."`
	Rule  string      `placeholder:"NAME" help:"Only what shows this rule."`
	Out   string      `placeholder:"DIR" help:"Save the scripts there."`
	Nodes int         `default:"6000" placeholder:"N" help:"How far to look in each scope: pairs of sets of worlds."`
}

func (c *distinguishCommand) Run(w io.Writer) error {
	a, b := c.A.dialect, c.B.dialect
	if a == b {
		return fmt.Errorf("%v and %v are one dialect", a, b)
	}
	if c.Rule != "" {
		if _, ok := model.RuleByName(c.Rule); !ok {
			return fmt.Errorf("no rule has the name %q: diffcheck rules lists them", c.Rule)
		}
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o755); err != nil {
			return err
		}
	}
	if b == spec.Linux { // whose answers scripts state
		a, b = b, a
	}
	shown := check.Shown{Apart: map[model.RuleID]bool{}, May: map[model.RuleID]bool{}}
	var all []check.Difference
	for _, sc := range explore.TellingScopes() {
		all = append(all, check.Distinguish(a, b, sc, c.Nodes, &shown)...)
	}
	all = stronger(all, &shown)
	n := 0
	for i := range all {
		if d := &all[i]; c.Rule == "" || names(d.Rules, c.Rule) {
			n++
			if err := c.show(w, a, b, n, d); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(w, "%d scripts tell %v from %v by %d rules; %d more rules allow what the other one does not, and share an answer with it\n",
		n, a, b, len(shown.Apart), len(shown.May))
	if n == 0 {
		return exit{1}
	}
	return nil
}

// stronger leaves out of the differences that may show the rules that others
// show for sure, and puts the latter first.
func stronger(all []check.Difference, shown *check.Shown) []check.Difference {
	var sure, may []check.Difference
	for _, d := range all {
		if !d.May {
			sure = append(sure, d)
			continue
		}
		d.Rules = slices.DeleteFunc(d.Rules, func(id model.RuleID) bool { return shown.Apart[id] })
		if len(d.Rules) > 0 {
			may = append(may, d)
		}
	}
	for id := range shown.Apart { //house:ordered taking out does not show an order
		delete(shown.May, id)
	}
	return append(sure, may...)
}

func names(rules []model.RuleID, name string) bool {
	for _, id := range rules {
		if id.String() == name {
			return true
		}
	}
	return false
}

// show prints a difference, and saves it if it is to be.
func (c *distinguishCommand) show(w io.Writer, a, b spec.Dialect, n int, d *check.Difference) error {
	text := explore.Telling(a, b, d)
	fmt.Fprintf(w, "%s\n", text)
	if c.Out == "" {
		return nil
	}
	name := fmt.Sprintf("%03d-%s.pkt", n, strings.ReplaceAll(d.Rules[0].String(), "/", "-"))
	return report.Write(filepath.Join(c.Out, name), func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
}

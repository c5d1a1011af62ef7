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
	n, unsaid, wrong := 0, 0, 0
	for i := range all {
		d := &all[i]
		if c.Rule != "" && !names(d.Rules, c.Rule) {
			continue
		}
		scripts, said := explore.Tell(a, b, d)
		if !said {
			unsaid++
			fmt.Fprintf(w, "// no script can say it: %v\n\n", d.Rules)
		}
		for k := range scripts {
			n++
			bad, err := c.show(w, n, &scripts[k])
			if err != nil {
				return err
			}
			wrong += bad
		}
	}
	fmt.Fprintf(w, "%d scripts tell %v from %v by %d rules; %d more rules allow what the other one does not, and share an answer with it\n",
		n, a, b, len(shown.Apart), len(shown.May))
	fmt.Fprintf(w, "%d of the scripts were held against the model: what each states the one dialect allows, and the other one does not, at the last step and no earlier\n", n-wrong)
	if unsaid > 0 {
		fmt.Fprintf(w, "%d differences are of what no script can say\n", unsaid)
	}
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

// show prints a script, and saves it if it is to be. bad is 1 if the model does not
// bear out what the script states.
func (c *distinguishCommand) show(w io.Writer, n int, t *explore.Told) (bad int, err error) {
	fmt.Fprint(w, t.Text)
	if err := t.Check(); err != nil {
		fmt.Fprintf(w, "// not borne out: %v\n", err)
		bad = 1
	}
	fmt.Fprintln(w)
	if c.Out == "" {
		return bad, nil
	}
	name := fmt.Sprintf("%03d-%v-%s.pkt", n, t.Of, strings.ReplaceAll(t.Rules[0].String(), "/", "-"))
	return bad, report.Write(filepath.Join(c.Out, name), func(w io.Writer) error { _, err := io.WriteString(w, t.Text); return err })
}

package explore

import (
	"fmt"
	"io"
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// CounterExample is a script that leads to where a property does not hold.
type CounterExample struct {
	Name string // of a file, without its ending
	Text string
}

// Violations prints the properties that do not hold, and gives for each the
// shortest way to where it fails, as a script.
func Violations(w io.Writer, d spec.Dialect, sc *check.Scope, r *Result) ([]CounterExample, error) {
	for _, p := range r.Unmet {
		fmt.Fprintf(w, "  %v %s does not hold: %s\n", p.Kind, p.Name, p.Says)
	}
	var all []CounterExample
	for i := range r.Violations {
		v := &r.Violations[i]
		text, err := narrate(d, sc, v)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(w, "  %v %s does not hold:\n", v.Property.Kind, v.Property.Name)
		for line := range strings.Lines(text) {
			fmt.Fprint(w, "    ", line)
		}
		all = append(all, CounterExample{Name: fmt.Sprintf("%s-%v-%s", v.Property.Name, d, sc.Name), Text: text})
	}
	return all, nil
}

// narrate is a counter-example as a script. What the dialect lets be seen is
// stated for Linux, which the kernel under test is, and a comment otherwise.
func narrate(d spec.Dialect, sc *check.Scope, v *Violation) (string, error) {
	title := fmt.Sprintf("%s (%s, %v): %s", v.Property.Name, v.Property.Kind, d, v.Property.Says)
	s, err := Script(title, d, sc, v.Path, d == spec.Linux)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n// from: %s\n", s.Title, v.Property.Source)
	n := 0
	err = check.Retrace(d, sc, v.Path, func(st *check.Step) {
		n++
		fmt.Fprintf(&b, "// %d. %v %v\n", n, st, st.Rules)
	})
	s.Title = ""
	b.WriteString(script.Format(s))
	return b.String(), err
}

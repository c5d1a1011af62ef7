package explore

import (
	"fmt"
	"io"

	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
)

// Violations prints the properties that do not hold, each with the shortest way to where it fails.
func Violations(w io.Writer, d spec.Dialect, sc *check.Scope, r *Result) error {
	for _, p := range r.Unmet {
		fmt.Fprintf(w, "  %v %s does not hold: %s\n", p.Kind, p.Name, p.Says)
	}
	for i := range r.Violations {
		v := &r.Violations[i]
		fmt.Fprintf(w, "  %v %s does not hold: %s\n", v.Property.Kind, v.Property.Name, v.Property.Says)
		n := 0
		err := check.Retrace(d, sc, v.Path, func(s *check.Step) {
			n++
			fmt.Fprintf(w, "    %d. %v %v\n", n, s, s.Rules)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

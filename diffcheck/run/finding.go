package run

import (
	"github.com/connspec/connspec/diffcheck/known"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
)

// Finding is something that one script showed on one target and that should
// not be: a step its dialect does not allow, or one where it and the kernel
// differ although the dialect leaves one answer.
type Finding struct {
	Index   uint64 // of the script in the run
	Script  *script.Script
	Kind    Kind
	Versus  bool // found by comparison with the kernel
	Step    int
	Seen    string
	Allowed []string // by the dialect, or with Versus what the kernel did
	Rules   []model.RuleID
	// contrast is, with Versus, the gist of the difference.
	contrast string
}

// Sighting is the finding as the list of known divergences sees it.
func (f *Finding) Sighting(release string) *known.Sighting {
	s := &known.Sighting{Target: f.Kind.String(), Version: release, Seen: f.Seen}
	for _, id := range f.Rules {
		s.Rules = append(s.Rules, id.String())
	}
	return s
}

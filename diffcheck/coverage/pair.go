package coverage

import (
	"cmp"
	"slices"

	"github.com/connspec/connspec/model"
)

// Pair is a rule that a call uses, and the state of the socket that the call is
// about.
type Pair struct {
	Rule  model.RuleID
	State model.State
}

// StateMax bounds the states of a socket.
const StateMax = 16

// Pairs lists the pairs that the walk has met under the Linux dialect, by the
// order of the rules and states. Rules that say what is not modelled are left
// out.
func (r *Reached) Pairs() []Pair {
	var all []Pair
	for p := range r.pairs {
		if rule, ok := model.RuleByID(p.Rule); ok && !leavesOut(rule) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Pair) int { return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.State, b.State)) })
	return all
}

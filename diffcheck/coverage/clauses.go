package coverage

import (
	"slices"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/model/check"
	"github.com/connspec/connspec/spec"
	"github.com/connspec/connspec/spec/documents"
)

// Clause is what has become of one clause.
type Clause struct {
	spec.Clause
	Rules  []string // that speak to it and were met
	Unmet  []string // that speak to it and were not
	Excuse string   // why there need be none
}

// Covered says whether the clause is reached or excused, but not both.
func (c *Clause) Covered() bool { return (len(c.Rules) > 0) != (c.Excuse != "") }

// Clauses says what has become of every clause: whether the ways that exploration
// has recorded (package check) use a rule that speaks to it.
func Clauses() ([]Clause, error) {
	var met [spec.DocumentCount][]bool
	for d := range spec.DocumentCount {
		ways, err := check.Recorded(d)
		if err != nil {
			return nil, err
		}
		met[d] = ways.Rules()
	}
	excuses := map[spec.ClauseID]string{}
	for _, e := range model.Excuses() {
		excuses[e.Clause] = e.Reason
	}
	var all []Clause
	at := map[spec.ClauseID]int{}
	for _, c := range documents.All() {
		at[c.ID] = len(all)
		all = append(all, Clause{Clause: c, Excuse: excuses[c.ID]})
	}
	for _, rule := range model.Rules() {
		for _, id := range slices.Concat(rule.Cites, rule.Against, rule.Open) {
			c := &all[at[id]]
			if met[c.Document][rule.ID] {
				c.Rules = append(c.Rules, rule.Name)
			} else {
				c.Unmet = append(c.Unmet, rule.Name)
			}
		}
	}
	return all, nil
}

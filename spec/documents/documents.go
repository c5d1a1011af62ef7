// Package documents holds what the five documents of connect(2) say, clause by
// clause and in connspec's own words: one file per document.
//
// The strength of a clause is what binds the system. Where a page grants the
// program something ("sockets may connect again"), the system is bound to
// honour it and the clause is a Shall; a May is a liberty of the system. A
// sentence that constrains several things is several clauses; all clauses of
// one entry of an errno list carry that entry's number.
package documents

import (
	"slices"

	"github.com/connspec/connspec/spec"
)

var (
	all  = slices.Concat(posix, linux, macos, osx, targettcp)
	byID = index(all)
)

// All lists every clause: documents in the order of their constants, clauses
// in the order of the page. The caller owns the slice.
func All() []spec.Clause { return slices.Clone(all) }

// ByID finds a clause by its id.
func ByID(id spec.ClauseID) (spec.Clause, bool) {
	i, ok := byID[id]
	if !ok {
		return spec.Clause{}, false
	}
	return all[i], true
}

// Of lists the clauses of one document in the order of the page. The caller
// owns the slice.
func Of(d spec.Document) []spec.Clause {
	var own []spec.Clause
	for _, c := range all {
		if c.Document == d {
			own = append(own, c)
		}
	}
	return own
}

func index(clauses []spec.Clause) map[spec.ClauseID]int {
	m := make(map[spec.ClauseID]int, len(clauses))
	for i, c := range clauses {
		if _, taken := m[c.ID]; taken {
			panic("BUG: two clauses have the id " + string(c.ID))
		}
		m[c.ID] = i
	}
	return m
}

// part is one section of a page: it fills in what all of its clauses share.
func part(d spec.Document, heading string, families []spec.Family, clauses ...spec.Clause) []spec.Clause {
	for i := range clauses {
		clauses[i].Document = d
		clauses[i].Section = heading
		if clauses[i].Families == nil {
			clauses[i].Families = families
		}
	}
	return clauses
}

// The families that a clause can be limited to.
var (
	everyFamily []spec.Family
	unixOnly    = []spec.Family{spec.AFUnix}
	inetOnly    = []spec.Family{spec.AFInet, spec.AFInet6}
)

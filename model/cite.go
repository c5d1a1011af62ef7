package model

import "github.com/connspec/connspec/spec"

// cites names the clauses that a rule rests on.
func cites(ids ...spec.ClauseID) []spec.ClauseID { return ids }

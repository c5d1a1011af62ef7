package model

import "github.com/connspec/connspec/spec"

// Excuse says why no rule is reached that the clause speaks to. Reason is a
// plain sentence.
type Excuse struct {
	Clause spec.ClauseID
	Reason string
}

// Unshown says why a kernel on its own does not show a rule of the Linux
// dialect. Reason is a plain sentence.
type Unshown struct {
	Rule   string // its name
	Reason string
}

// Wide says why a rule may leave more than three answers on average.
type Wide struct {
	Rule   string // its name, or what the names of several begin with, up to a slash
	Reason string
}

// Excuses lists the clauses that no rule can be reached by.
func Excuses() []Excuse { return excuses }

// NotShown lists the rules of the Linux dialect that need not be seen on the
// kernel.
func NotShown() []Unshown { return notShown }

// WideRules lists the rules that may leave more than three answers.
func WideRules() []Wide { return wideRules }

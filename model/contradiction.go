package model

import "github.com/connspec/connspec/spec"

// Contradiction is one thing on which two documents, or a document and its own
// system, do not agree. Each is a page of clarification.
type Contradiction struct {
	ID      string          // lasting name, "blocking-repeat"
	Text    string          // who says what, in one plain sentence
	Clauses []spec.ClauseID // what the documents say
	Rules   []string        // names of the rules that decide it, per dialect
}

// Contradictions lists them, by subject. The caller must not change the list.
func Contradictions() []Contradiction { return contradictions }

// Documents lists the documents that the clauses are of, in their order.
func (c *Contradiction) Documents() []spec.Document {
	var of []spec.Document
	for _, d := range spec.Documents() {
		if speaks(c.Clauses, d) {
			of = append(of, d)
		}
	}
	return of
}

package spec

// Strength says how much a clause binds.
type Strength uint8

const (
	Shall       Strength = iota // demanded
	May                         // allowed, not demanded
	Informative                 // advice or explanation: binds nobody
	Silent                      // the document names the subject and leaves it open
)

func (s Strength) String() string {
	return [...]string{"shall", "may", "informative", "silent"}[s]
}

// ClauseID is the stable name of a clause: document, part of the page and
// subject, as in "posix/errors/EALREADY" or "linux/notes/failed-state".
type ClauseID string

// Clause is one thing that a document demands, allows or forbids, in our own
// words. Section and Errno are the locator: where on the page it stands.
type Clause struct {
	ID       ClauseID
	Document Document
	Section  string // the page's own heading, e.g. "DESCRIPTION", "ERRORS (shall)"
	Errno    Errno  // the entry of the errno list, or 0
	Strength Strength
	Families []Family // empty: every family
	Text     string   // one sentence
}

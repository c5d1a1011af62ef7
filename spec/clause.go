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
// words. Section, Entry and Errno are the locator: where on the page it stands.
type Clause struct {
	ID       ClauseID
	Document Document
	Section  string // the page's own heading, e.g. "DESCRIPTION", "ERRORS (shall)"
	Entry    int    // place in the page's errno list, from 1; 0 outside of it
	Errno    Errno  // the errno it speaks of, or 0
	Strength Strength
	Families []Family // empty: every family
	Text     string   // one sentence
	// Recovered says that the page as found has lost the errno's name and that
	// it was restored from the order and wording of the list.
	Recovered bool
}

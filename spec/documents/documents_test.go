package documents

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
)

// entries is the number of errno entries on each page, counted by hand.
var entries = [spec.DocumentCount]int{
	spec.POSIX:     12 + 5 + 10, // shall, AF_UNIX, may
	spec.Linux:     18,          // the SELinux paragraph among them
	spec.MacOS:     21 + 7,      // general, UNIX domain
	spec.OSX:       20 + 7,
	spec.TargetTCP: 17,
}

// entryErrnos gives the errno of each entry of a document's list, in order. A
// clause may name another errno than its entry does only after the first.
func entryErrnos(t *testing.T, d spec.Document) []spec.Errno {
	t.Helper()
	var list []spec.Errno
	for _, c := range Of(d) {
		switch c.Entry {
		case 0, len(list):
		case len(list) + 1:
			list = append(list, c.Errno)
		default:
			t.Fatalf("%s: is of entry %d, after entry %d", c.ID, c.Entry, len(list))
		}
	}
	return list
}

func TestEveryEntryHasItsClause(t *testing.T) {
	for _, d := range spec.Documents() {
		if got := len(entryErrnos(t, d)); got != entries[d] {
			t.Errorf("%v: clauses of %d errno entries, want %d", d, got, entries[d])
		}
	}
}

func TestIDsAreWellFormed(t *testing.T) {
	form := regexp.MustCompile(`^(posix|linux|macos|osx|targettcp)/[a-z-]+(/(unix|may))?/[A-Za-z0-9-]+$`)
	seen := map[spec.ClauseID]bool{}
	for _, c := range All() {
		id := string(c.ID)
		if !form.MatchString(id) {
			t.Errorf("%s: not of the form document/part/subject", id)
		}
		if !strings.HasPrefix(id, c.Document.String()+"/") {
			t.Errorf("%s: is a clause of %v", id, c.Document)
		}
		if seen[c.ID] {
			t.Errorf("%s: appears twice", id)
		}
		seen[c.ID] = true
	}
}

func TestErrorClausesNameTheirErrno(t *testing.T) {
	for _, c := range All() {
		subject := string(c.ID[strings.LastIndexByte(string(c.ID), '/')+1:])
		name, _, _ := strings.Cut(subject, "-")
		if e, ok := spec.ParseErrno(name); ok && e != c.Errno && c.ID != "linux/errors/EINPROGRESS-unix" {
			t.Errorf("%s: names %v", c.ID, c.Errno)
		}
		if c.Entry != 0 && c.Errno == spec.ENONE {
			t.Errorf("%s: is of an errno entry and names no errno", c.ID)
		}
		if named, _, ok := strings.Cut(c.Text, ":"); ok && named != c.Errno.String() {
			t.Errorf("%s: text begins with %q, want %v", c.ID, named, c.Errno)
		}
	}
}

func TestTextIsOneSentence(t *testing.T) {
	stop := regexp.MustCompile(`[.!?]\s`)
	for _, c := range All() {
		switch {
		case !strings.HasSuffix(c.Text, "."):
			t.Errorf("%s: text does not end with a full stop: %q", c.ID, c.Text)
		case stop.MatchString(c.Text):
			t.Errorf("%s: text is more than one sentence: %q", c.ID, c.Text)
		case strings.ContainsAny(c.Text, "\n\t") || strings.Contains(c.Text, "  "):
			t.Errorf("%s: text has stray white space: %q", c.ID, c.Text)
		case c.Text[0] < 'A' || c.Text[0] > 'Z':
			t.Errorf("%s: text does not begin with a capital: %q", c.ID, c.Text)
		}
	}
}

func TestLocatorsAreComplete(t *testing.T) {
	for _, c := range All() {
		if c.Section == "" {
			t.Errorf("%s: no section", c.ID)
		}
		if (c.Entry != 0) != (strings.HasPrefix(c.Section, "ERROR") && c.Errno != spec.ENONE) {
			t.Errorf("%s: entry %d in section %s", c.ID, c.Entry, c.Section)
		}
		unix := strings.Contains(string(c.ID), "/unix/") || strings.Contains(c.Section, "UNIX")
		if unix && !slices.Equal(c.Families, unixOnly) {
			t.Errorf("%s: is for %v, want AF_UNIX alone", c.ID, c.Families)
		}
	}
}

func TestOnlyMacOSNamesAreRecovered(t *testing.T) {
	for _, c := range All() {
		if want := c.Document == spec.MacOS && c.Entry != 0; c.Recovered != want {
			t.Errorf("%s: Recovered is %v, want %v", c.ID, c.Recovered, want)
		}
	}
}

// TestMacOSIsThe1993Page states what the two Apple pages have in common and
// where they part.
func TestMacOSIsThe1993Page(t *testing.T) {
	added := map[spec.ClauseID]bool{
		"macos/description/dgram-dissolve-disconnectx": true,
		"macos/errors/ECONNRESET":                      true,
	}
	old := Of(spec.OSX)
	for _, c := range Of(spec.MacOS) {
		if added[c.ID] {
			delete(added, c.ID)
			continue
		}
		if len(old) == 0 {
			t.Fatalf("%s: the 1993 page has no such clause", c.ID)
		}
		if c.Text != old[0].Text || c.Strength != old[0].Strength || c.Errno != old[0].Errno {
			t.Errorf("%s differs from %s", c.ID, old[0].ID)
		}
		old = old[1:]
	}
	if len(old) != 0 || len(added) != 0 {
		t.Errorf("missing on the 2015 page: %d old clauses, additions %v", len(old), added)
	}
}

func TestLookups(t *testing.T) {
	var joined []spec.Clause
	for _, d := range spec.Documents() {
		joined = append(joined, Of(d)...)
	}
	everything := All()
	if len(joined) != len(everything) {
		t.Fatalf("the documents have %d clauses together, All has %d", len(joined), len(everything))
	}
	for i, c := range everything {
		if joined[i].ID != c.ID {
			t.Errorf("clause %d: All has %s, the documents have %s", i, c.ID, joined[i].ID)
		}
		if got, ok := ByID(c.ID); !ok || got.Text != c.Text {
			t.Errorf("ByID(%s) = %q, %v", c.ID, got.ID, ok)
		}
	}
	if c, ok := ByID("posix/errors/ENOSUCH"); ok {
		t.Errorf("ByID of an unknown id found %s", c.ID)
	}
}

func TestCallersOwnTheirLists(t *testing.T) {
	first := All()[0].ID
	All()[0].ID = "scribbled"
	Of(spec.POSIX)[0].ID = "scribbled"
	if got := All()[0].ID; got != first {
		t.Errorf("a caller's change shows: first clause is %s, want %s", got, first)
	}
}

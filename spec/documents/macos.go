package documents

import (
	"slices"
	"strings"

	"github.com/connspec/connspec/spec"
)

// macos is connect(2) of macOS, 2015-03-18. Sentence for sentence it is the
// page of 1993 (osx.go) with two additions: disconnectx(2) as a way to dissolve
// an association, and one more errno. So its clauses are those of osx, under
// names of their own, and the additions.
//
// The page as found has lost the names of its errno list: every entry is headed
// "[]". They are recovered from the page of 1993, whose entries have the same
// wording in the same order. Entry 21 is the one that page has not: it follows
// ETIMEDOUT and speaks of a remote host that reset the request, which is
// ECONNRESET, as POSIX words its entry of that name. Every clause of the
// list says so in its field Recovered. The headings are lost as well.
var macos = slices.Concat(
	since1993(osxPart("osx/synopsis/prototype"), 0),
	since1993(osxDescription, 0),
	part(spec.MacOS, "DESCRIPTION", everyFamily,
		spec.Clause{ID: "macos/description/dgram-dissolve-disconnectx",
			Text: "Calling disconnectx takes the peer away from a datagram socket."},
	),
	since1993(osxPart("osx/return-values/"), 0),
	since1993(osxErrors, 0),
	part(spec.MacOS, "ERRORS", everyFamily,
		spec.Clause{ID: "macos/errors/ECONNRESET", Entry: 21, Errno: spec.ECONNRESET, Recovered: true,
			Text: "ECONNRESET: the far host answered the request with a reset."},
	),
	since1993(osxUnixErrors, 1),
	since1993(osxPart("osx/legacy-synopsis/"), 0),
)

// since1993 gives clauses of the 1993 page as the 2015 page has them: renamed,
// and the places in the errno list moved on by shift.
func since1993(old []spec.Clause, shift int) []spec.Clause {
	kept := slices.Clone(old)
	for i := range kept {
		c := &kept[i]
		c.ID = spec.ClauseID(spec.MacOS.String() + strings.TrimPrefix(string(c.ID), spec.OSX.String()))
		c.Document = spec.MacOS
		if c.Entry != 0 {
			c.Entry += shift
			c.Recovered = true
		}
	}
	return kept
}

// osxPart picks the clauses of the 1993 page whose id begins with prefix.
func osxPart(prefix string) []spec.Clause {
	var picked []spec.Clause
	for _, c := range osx {
		if strings.HasPrefix(string(c.ID), prefix) {
			picked = append(picked, c)
		}
	}
	return picked
}

// Package known holds the divergences that are known and why: one data file,
// one line each. A sighting that an entry explains does not fail a run; an
// entry that no longer happens does.
package known

import "strings"

// Entry is one known divergence.
type Entry struct {
	Line    int    // in its file, from 1
	Rule    string // the rule that the model would have applied; "*" for any
	Target  string // "kernel", "impl", "sim", "sim:macos" …
	Version string // how the kernel's release begins, "*" for any
	Seen    string // what was seen; "*" stands for any run of characters
	Why     string
	Link    string // where it is discussed
}

// Sighting is one divergence that a run came upon.
type Sighting struct {
	Target  string
	Version string // release of the kernel that the run was on
	Seen    string
	Rules   []string // ids of the rules that were expected to apply
}

// Explains reports whether the entry covers the sighting.
func (e *Entry) Explains(s *Sighting) bool {
	if e.Target != s.Target || !e.Applies(s.Version) || !matches(e.Seen, s.Seen) {
		return false
	}
	if e.Rule == "*" {
		return true
	}
	for _, rule := range s.Rules {
		if rule == e.Rule {
			return true
		}
	}
	return false
}

// Applies reports whether the entry is about a kernel of this release.
func (e *Entry) Applies(version string) bool {
	return e.Version == "*" || strings.HasPrefix(version, e.Version)
}

// matches compares text with a pattern in which "*" stands for anything.
func matches(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, head)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, last)
}

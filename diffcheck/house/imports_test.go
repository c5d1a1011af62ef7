package house

import (
	"slices"
	"strconv"
	"strings"
)

// arrows says what of ours each layer may import. impl has the vocabulary and
// nothing else of spec: the clauses would be a decision shared with model.
var arrows = map[string]func(imported string) bool{
	"spec":      func(i string) bool { return within(i, "spec") },
	"model":     func(i string) bool { return within(i, "spec") || within(i, "model") },
	"impl":      func(i string) bool { return i == "spec" || within(i, "impl") },
	"hwtarget":  func(i string) bool { return within(i, "hwtarget") },
	"diffcheck": func(string) bool { return true },
	packetdrill: func(i string) bool { return i == "spec" || within(i, "impl") || within(i, "hwtarget") },
}

// packetdrill is the stack as a library for C, and so an entry point: it joins the
// stack to what calls it, and needs cgo (docs/decisions/0028).
const packetdrill = "hwtarget/packetdrill"

// testArrows is for test files, which may join what lies side by side. What
// keeps the comparison honest holds for them too: model and impl never meet
// below diffcheck, and nothing else imports diffcheck.
var testArrows = map[string]func(imported string) bool{
	"spec":      func(i string) bool { return within(i, "spec") },
	"model":     func(i string) bool { return within(i, "spec") || within(i, "model") },
	"impl":      func(i string) bool { return i == "spec" || within(i, "impl") || within(i, "hwtarget") },
	"hwtarget":  func(i string) bool { return i == "spec" || within(i, "impl") || within(i, "hwtarget") },
	"diffcheck": func(string) bool { return true },
}

// outside lists what of the standard library a pure package has no use for:
// clocks aside, these are the ways to something that is not an argument.
var outside = []string{
	"crypto/rand", "hash/maphash", "net", "os", "os/exec", "os/signal", "plugin", "runtime", "sync",
	"sync/atomic", "syscall", "testing", "unsafe",
}

func checkImports(s source) []finding {
	var all []finding
	allowed, layer := arrows, s.layer()
	if within(s.dir(), packetdrill) {
		layer = packetdrill
	} else if s.isTest() {
		allowed = testArrows
	}
	for _, spec := range s.file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the compiler says so
		}
		ours, isOurs := strings.CutPrefix(imported, module+"/")
		switch {
		case imported == "C" && s.dir() == packetdrill:
		case imported == "C":
			all = append(all, s.found(spec, "cgo is not allowed"))
		case isOurs && allowed[layer] == nil:
			all = append(all, s.found(spec, "code outside of spec, model, impl, hwtarget and diffcheck"))
		case isOurs && !allowed[layer](ours):
			all = append(all, s.found(spec, "%s may not import %s", layer, ours))
		case isOurs || !s.pure():
		case strings.Contains(strings.Split(imported, "/")[0], "."):
			all = append(all, s.found(spec, "a pure package may not import %s: standard library only", imported))
		case slices.Contains(outside, imported):
			all = append(all, s.found(spec, "a pure package may not import %s", imported))
		}
	}
	return all
}

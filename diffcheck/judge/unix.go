package judge

import (
	"slices"
	"strings"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// unixNames turns the names of AF_UNIX sockets and files into symbols.
type unixNames struct {
	names []string // by symbol, from model.NameFirst
	comps []string // by symbol, from model.CompFirst
}

func (n *unixNames) reset() { n.names, n.comps = n.names[:0], n.comps[:0] }

// NAME_MAX of every system here, and the lengths that a sockaddr_un may have
// for its path to be read as it is (SOCK_MAXADDRLEN of the BSDs).
const (
	nameMax = 255
	unixMax = 255
)

// addr is an AF_UNIX address with the length that the call passes.
func (n *unixNames) addr(a *spec.Sockaddr, length int32) (u model.UnixAddr) {
	if a.Family != spec.AFUnix && a.Path == "" || length < spec.OffsetofSunPath || length > unixMax {
		return u
	}
	room := int(length) - spec.OffsetofSunPath
	path := a.Path[:min(len(a.Path), room)]
	switch {
	case room == 0:
		u.Kind = model.UnixEmpty
	case path == "" || path[0] == 0:
		u.Kind = model.UnixAbstract
		u.Name = n.name(path + strings.Repeat("\x00", room-len(path)))
	default:
		path, _, _ = strings.Cut(path, "\x00")
		u.Kind, u.Name, u.Path = model.UnixPath, n.name(path), n.path(path)
	}
	return u
}

// chosenLen is the length of a name that Linux chooses: NUL and five digits.
const chosenLen = 6

// name is the symbol of the bytes of an address. The names @"00001" and up stand
// for those that the system chose.
func (n *unixNames) name(bytes string) model.Name {
	if i := chosen(bytes); i > 0 && i <= int(model.NameUnseen-model.NameSeen) {
		return model.NameSeen + model.Name(i-1)
	}
	i := slices.Index(n.names, bytes)
	if i < 0 {
		i = len(n.names)
		n.names = append(n.names, bytes)
	}
	return model.NameFirst + model.Name(min(i, int(model.NameSeen-model.NameFirst)-1))
}

// chosen is the number of a name that the system chose, 0 for another name.
func chosen(bytes string) int {
	if len(bytes) != chosenLen || bytes[0] != 0 {
		return 0
	}
	i := 0
	for _, c := range bytes[1:] {
		if c < '0' || c > '9' {
			return 0
		}
		i = i*10 + int(c-'0')
	}
	return i
}

// bytes is the inverse of name.
func (n *unixNames) bytes(m model.Name, seen uint8) string {
	i := int(seen) + 1
	switch {
	case m <= model.NameEmpty:
		return ""
	case m < model.NameSeen:
		return n.names[m-model.NameFirst]
	case m < model.NameUnseen:
		i = int(m-model.NameSeen) + 1
	}
	return script.ChosenName(i)
}

// path is a path in parts.
func (n *unixNames) path(text string) (p model.Path) {
	at := -1
	for comp := range strings.SplitSeq(text, "/") {
		if comp == "" {
			continue
		}
		c := n.comp(comp)
		switch {
		case at >= 0 && p.Parts[at].Comp == c && p.Parts[at].Times < 255:
			p.Parts[at].Times++
		case at+1 == model.PartsMax:
			p.Wide = true
			return p
		default:
			at++
			p.Parts[at] = model.Part{Comp: c, Times: 1}
		}
	}
	p.Slash = at >= 0 && strings.HasSuffix(text, "/")
	return p
}

func (n *unixNames) comp(name string) model.Comp {
	switch {
	case name == ".":
		return model.CompDot
	case name == "..":
		return model.CompDotDot
	case len(name) > nameMax:
		return model.CompLong
	}
	i := slices.Index(n.comps, name)
	if i < 0 {
		i = len(n.comps)
		n.comps = append(n.comps, name)
	}
	return model.CompFirst + model.Comp(min(i, 200))
}

var fileVerbs = [...]model.FileVerb{
	script.FileMkdir: model.FileMkdir, script.FileRmdir: model.FileRmdir, script.FileTouch: model.FileTouch,
	script.FileMkfifo: model.FileMkfifo, script.FileChmod: model.FileChmod, script.FileSymlink: model.FileSymlink,
	script.FileLink: model.FileLink, script.FileRemove: model.FileRemove, script.FileRename: model.FileRename,
}

// change is a change of the file system.
func (n *unixNames) change(f *script.FileChange) model.FileChange {
	m := model.FileChange{Verb: fileVerbs[f.Verb], Path: n.path(f.Path)}
	switch f.Verb {
	case script.FileChmod:
		if f.Mode&0o200 == 0 {
			m.Flags |= model.NoWrite
		}
		if f.Mode&0o100 == 0 {
			m.Flags |= model.NoSearch
		}
	case script.FileSymlink:
		m.To = n.path(f.Target)
		if !strings.HasPrefix(f.Target, "/") {
			m.Flags |= model.Relative
		}
		if m.To.Slash {
			m.Flags |= model.Trailing
		}
	case script.FileLink, script.FileRename:
		m.To = n.path(f.To)
	}
	return m
}

// result fills in the address of a result.
func (n *unixNames) result(m *model.Return, a *spec.Sockaddr) {
	m.HasAddr, m.Family, m.Name = true, spec.AFUnix, model.NameEmpty
	if a.Path != "" {
		m.Name = n.name(a.Path)
	}
}

// sockaddr is an address that a result of the model holds, with its length.
func (n *unixNames) sockaddr(m model.Name, seen uint8) (spec.Sockaddr, int32) {
	path := n.bytes(m, seen)
	return spec.Sockaddr{Family: spec.AFUnix, Path: path}, script.UnixLen(path)
}

package model

// The names of AF_UNIX sockets.

// Name is the symbol of the address that bind gave to an AF_UNIX socket: the
// bytes of a path or of an abstract name. The symbols from [NameFirst] stand
// for what a script spells, those from [NameSeen] for names that the system
// chose, in the order in which they were first seen, and those from
// [NameUnseen] for chosen names that nobody has seen yet.
type Name uint8

const (
	NameNone   Name = 0 // a socket without a name; in a result: no AF_UNIX address
	NameEmpty  Name = 1 // in a result: the address of a socket without a name
	NameFirst  Name = 2
	NameSeen   Name = 128
	NameUnseen Name = 192
)

// UnixKind says what the address of a call holds behind its family.
type UnixKind uint8

const (
	UnixNone     UnixKind = iota // it is no AF_UNIX address
	UnixEmpty                    // no byte of a path
	UnixAbstract                 // a name that begins with NUL: to Linux of a space of its own, elsewhere an empty path
	UnixPath
)

// UnixAddr is an AF_UNIX address as the length lets it be read.
type UnixAddr struct {
	Kind UnixKind
	Name Name // UnixAbstract, UnixPath
	Path Path // UnixPath
}

// Comp is the symbol of one component of a path.
type Comp uint8

const (
	CompNone   Comp = iota
	CompDot         // "."
	CompDotDot      // ".."
	CompLong        // longer than NAME_MAX
	CompFirst       // any other, by its symbol
)

// PartsMax bounds the components of a path; equal ones in a row count once.
const PartsMax = 4

// Part is a component and how often it comes in a row.
type Part struct {
	Comp  Comp
	Times uint8
}

// Path is a path, whose relative form means the same: a script runs in its own
// root.
type Path struct {
	Parts [PartsMax]Part // used ones first
	Slash bool           // more than slashes, and one at its end
	Wide  bool           // longer than the model keeps
}

// last is the index of the last part; -1 for the root.
func (p *Path) last() int {
	i := -1
	for i+1 < PartsMax && p.Parts[i+1].Comp != CompNone {
		i++
	}
	return i
}

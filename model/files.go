package model

import "github.com/connspec/connspec/spec"

// The file system that paths lead through: one root, empty at first. Whoever
// runs the script owns every file in it, and permissions bind him.

// Bounds of the file system of a world.
const (
	EntriesMax = 6
	NodesMax   = 6
	linksMax   = 40 // symbolic links on one way (MAXSYMLINKS of Linux)
	linksBSD   = 32 // and of the BSDs
)

// NodeKind says what kind of file a node is; the zero NodeKind is a free slot.
type NodeKind uint8

const (
	NodeNone NodeKind = iota
	NodeDir
	NodeFile // regular
	NodeFifo
	NodeSocket
	NodeLink // symbolic
)

// NodeFlags are the properties of a file.
type NodeFlags uint8

const (
	NoWrite  NodeFlags = 1 << iota // its owner may not write it
	NoSearch                       // a directory: its owner may not search it
	Relative                       // a link: its target has no slash at its beginning
	Trailing                       // a link: its target has one at its end
)

// Node is a file. A link's target has at most two components.
type Node struct {
	Kind  NodeKind
	Flags NodeFlags
	To    [2]Comp
}

// Entry is a name in a directory. Node is the file's slot + 1, and Dir that of
// the directory, 0 for the root.
type Entry struct {
	Dir  uint8
	Comp Comp
	Node uint8 // 0: a free slot
}

// root is the root as a node + 1.
const root = 0

// walk is one way through the file system.
type walk struct {
	w     *World
	free  bool // permissions do not count
	links int
}

// to follows p from a directory, through a link at its end too if follow is
// set, and gives the node + 1.
func (k *walk) to(at uint8, p *Path, follow bool) (uint8, spec.Errno) {
	last := p.last()
	for i := 0; i <= last; i++ {
		for n := p.Parts[i].Times; n > 0; n-- {
			ends := i == last && n == 1
			next, e := k.step(at, p.Parts[i].Comp, follow || !ends || p.Slash)
			if e != spec.ENONE {
				return 0, e
			}
			at = next
			if (!ends || p.Slash) && !k.w.isDir(at) {
				return 0, spec.ENOTDIR
			}
		}
	}
	return at, spec.ENONE
}

// step goes on by one component. As in Linux (link_path_walk), a directory
// that may not be searched is found out before the component is looked up.
func (k *walk) step(at uint8, c Comp, follow bool) (uint8, spec.Errno) {
	if !k.free && k.w.flagged(at, NoSearch) {
		return 0, spec.EACCES
	}
	switch c {
	case CompDot:
		return at, spec.ENONE
	case CompDotDot:
		return k.w.parent(at), spec.ENONE
	case CompLong:
		return 0, spec.ENAMETOOLONG
	}
	i := k.w.entry(at, c)
	if i < 0 {
		return 0, spec.ENOENT
	}
	node := k.w.Entries[i].Node
	if n := &k.w.Nodes[node-1]; n.Kind == NodeLink && follow {
		if k.links++; k.links > linksMax {
			return 0, spec.ELOOP
		}
		if n.Flags&Relative == 0 {
			at = root
		}
		target := n.target()
		return k.to(at, &target, true)
	}
	return node, spec.ENONE
}

// target is what a link says.
func (n *Node) target() Path {
	p := Path{Slash: n.Flags&Trailing != 0}
	for i, c := range n.To {
		if c != CompNone {
			p.Parts[i] = Part{c, 1}
		}
	}
	return p
}

// entry is the index of a name in a directory, or -1.
func (w *World) entry(dir uint8, c Comp) int {
	for i := range w.Entries {
		if e := &w.Entries[i]; e.Node != 0 && e.Dir == dir && e.Comp == c {
			return i
		}
	}
	return -1
}

func (w *World) isDir(node uint8) bool {
	return node == root || w.Nodes[node-1].Kind == NodeDir
}

func (w *World) flagged(node uint8, f NodeFlags) bool {
	return node != root && w.Nodes[node-1].Flags&f != 0
}

// parent is the directory above one; the root is above itself.
func (w *World) parent(node uint8) uint8 {
	for i := range w.Entries {
		if e := &w.Entries[i]; node != root && e.Node == node {
			return e.Dir
		}
	}
	return root
}

// place is where a new name would go.
type place struct {
	dir   uint8
	comp  Comp
	entry int // the name is taken by this entry; -1 if it is free
	links int // symbolic links on the way there
}

// place finds the directory of p's last component. A path that names no entry
// gives EADDRINUSE, which bind makes of EEXIST.
func (w *World) place(p *Path) (at place, e spec.Errno) {
	at.entry = -1
	last := p.last()
	if last < 0 {
		return at, spec.EADDRINUSE
	}
	above := *p
	above.Slash = true
	if above.Parts[last].Times--; above.Parts[last].Times == 0 {
		above.Parts[last] = Part{}
	}
	k := walk{w: w}
	at.dir, e = k.to(root, &above, true)
	if at.links = k.links; e != spec.ENONE {
		return at, e
	}
	if w.flagged(at.dir, NoSearch) {
		return at, spec.EACCES
	}
	switch at.comp = p.Parts[last].Comp; at.comp {
	case CompDot, CompDotDot:
		return at, spec.EADDRINUSE
	case CompLong:
		return at, spec.ENAMETOOLONG
	}
	at.entry = w.entry(at.dir, at.comp)
	return at, spec.ENONE
}

// creates finds the place for a new file that is no directory, in the order of
// Linux's filename_create and may_create.
func (w *World) creates(p *Path) (at place, e spec.Errno) {
	at, e = w.place(p)
	switch {
	case e != spec.ENONE:
		return at, e
	case at.entry >= 0:
		return at, spec.EADDRINUSE
	case p.Slash:
		return at, spec.ENOENT
	case w.flagged(at.dir, NoWrite):
		return at, spec.EACCES
	}
	return at, spec.ENONE
}

// create puts a file at a place and gives its node + 1; ok is false if the
// world has no room.
func (w *World) create(at place, n Node) (node uint8, ok bool) {
	for i := range w.Nodes {
		if w.Nodes[i].Kind == NodeNone {
			if !w.enter(at, uint8(i)+1) {
				return 0, false
			}
			w.Nodes[i] = n
			return uint8(i) + 1, true
		}
	}
	return 0, false
}

// enter gives a file a name.
func (w *World) enter(at place, node uint8) bool {
	for i := range w.Entries {
		if w.Entries[i].Node == 0 {
			w.Entries[i] = Entry{Dir: at.dir, Comp: at.comp, Node: node}
			return true
		}
	}
	return false
}

// unname takes a name away.
func (w *World) unname(entry int) {
	node := w.Entries[entry].Node
	w.Entries[entry] = Entry{}
	w.forget(node)
}

// forget frees a file that has no name and no socket any more.
func (w *World) forget(node uint8) {
	if node == 0 {
		return
	}
	for i := range w.Entries {
		if w.Entries[i].Node == node {
			return
		}
	}
	for i := range w.Sockets {
		if w.Sockets[i].Node == node {
			return
		}
	}
	w.Nodes[node-1] = Node{}
}

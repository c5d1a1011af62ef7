package vfs

import (
	"strings"

	"github.com/connspec/connspec/spec"
)

// walk is one path resolution (POSIX.1-2008, XBD 4.12; Linux path_lookupat).
type walk struct {
	fs    *FS
	links int // symbolic links followed
}

// place is where the last component of a path would be.
type place struct {
	dir   Inode
	name  string // "" for the root; may be "." or ".."
	slash bool   // a slash follows
}

// Lookup follows a path, and a link at its end.
func (f *FS) Lookup(path string) (Inode, spec.Errno) {
	w := walk{fs: f}
	return w.to(Root, path, true)
}

// to follows path from a directory; follow says whether a link at its end is
// followed too. A slash at the end asks for a directory, and follows.
func (w *walk) to(from Inode, path string, follow bool) (Inode, spec.Errno) {
	p, e := w.parent(from, path)
	if e != spec.ENONE {
		return 0, e
	}
	at, e := w.step(p.dir, p.name, follow || p.slash)
	if e == spec.ENONE && p.slash && w.fs.Kind(at) != Directory {
		e = spec.ENOTDIR
	}
	return at, e
}

// parent follows path up to its last component. A directory that may not be
// searched is found out before a component is looked up in it, the last one
// included (link_path_walk).
func (w *walk) parent(from Inode, path string) (p place, e spec.Errno) {
	switch {
	case path == "":
		return p, spec.ENOENT
	case len(path) >= PathMax:
		return p, spec.ENAMETOOLONG
	case path[0] == '/':
		from = Root
	}
	p.dir = from
	for rest := strings.TrimLeft(path, "/"); rest != ""; {
		if !w.fs.May(p.dir, Search) {
			return p, spec.EACCES
		}
		p.name, rest, p.slash = strings.Cut(rest, "/")
		if rest = strings.TrimLeft(rest, "/"); rest == "" {
			break
		}
		next, e := w.step(p.dir, p.name, true)
		if e != spec.ENONE {
			return p, e
		}
		if w.fs.Kind(next) != Directory {
			return p, spec.ENOTDIR
		}
		p.dir = next
	}
	return p, spec.ENONE
}

// step looks up one component, and goes where a link leads.
func (w *walk) step(dir Inode, name string, follow bool) (Inode, spec.Errno) {
	switch name {
	case "", ".":
		return dir, spec.ENONE
	case "..":
		return w.fs.nodes[dir].parent, spec.ENONE
	}
	if len(name) > NameMax {
		return 0, spec.ENAMETOOLONG
	}
	at, ok := w.fs.find(dir, name)
	if !ok {
		return 0, spec.ENOENT
	}
	file := w.fs.nodes[dir].entries[at].file
	if !follow || w.fs.Kind(file) != Link {
		return file, spec.ENONE
	}
	if e := w.count(); e != spec.ENONE {
		return 0, e
	}
	return w.to(dir, w.fs.nodes[file].target, true)
}

// count counts one more link.
func (w *walk) count() spec.Errno {
	if w.links == w.fs.linksMax {
		return spec.ELOOP
	}
	w.links++
	return spec.ENONE
}

// special says whether the place is no name in a directory: the root, "." or
// "..".
func (p *place) special() bool { return p.name == "" || p.name == "." || p.name == ".." }

// vacancy is the place for a new file. A slash behind the name is for
// directories alone.
func (f *FS) vacancy(path string, slash bool) (p place, e spec.Errno) {
	w := walk{fs: f}
	if p, e = w.parent(Root, path); e != spec.ENONE {
		return p, e
	}
	return p, f.vacant(&p, slash)
}

// vacant is why there can be no new file at a place.
func (f *FS) vacant(p *place, slash bool) spec.Errno {
	_, taken := f.find(p.dir, p.name)
	switch {
	case p.special():
		return spec.EEXIST
	case len(p.name) > NameMax:
		return spec.ENAMETOOLONG
	case taken:
		return spec.EEXIST
	case p.slash && !slash:
		return spec.ENOENT
	case !f.May(p.dir, Write|Search):
		return spec.EACCES
	}
	return spec.ENONE
}

// Vacant is why there can be no new file, of any kind but a directory, at path;
// EEXIST if something is there, even a link that leads nowhere.
func (f *FS) Vacant(path string) spec.Errno {
	_, e := f.vacancy(path, false)
	return e
}

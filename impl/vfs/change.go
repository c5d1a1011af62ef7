package vfs

import "github.com/connspec/connspec/spec"

// Verb says what a change does. Each is one system call.
type Verb uint8

const (
	Mkdir    Verb = iota + 1 // mkdir(Path, 0777)
	Rmdir                    // rmdir(Path)
	Touch                    // open(Path, O_WRONLY|O_CREAT, 0777) and close
	Mkfifo                   // mkfifo(Path, 0777)
	Chmod                    // chmod(Path, Mode)
	Symlink                  // symlink(To, Path)
	Hardlink                 // link(Path, To)
	Remove                   // unlink(Path)
	Rename                   // rename(Path, To)
)

// Change is a change of the file system from outside the socket layer.
type Change struct {
	Verb Verb
	Path string
	To   string // Hardlink, Rename: the new name; Symlink: what the link says
	Mode Mode   // Chmod
}

// Change makes a change; one that fails changes nothing.
func (f *FS) Change(c *Change) spec.Errno {
	switch c.Verb {
	case Mkdir:
		_, e := f.Create(c.Path, Directory, All)
		return e
	case Mkfifo:
		_, e := f.Create(c.Path, FIFO, All)
		return e
	case Touch:
		return f.touch(c.Path)
	case Chmod:
		at, e := f.Lookup(c.Path)
		if e == spec.ENONE {
			f.nodes[at].mode = c.Mode & All
		}
		return e
	case Symlink:
		return f.symlink(c.To, c.Path)
	case Hardlink:
		return f.hardlink(c.Path, c.To)
	case Remove, Rmdir:
		return f.remove(c.Path, c.Verb == Rmdir)
	case Rename:
		return f.rename(c.Path, c.To)
	}
	return spec.ENOSYS
}

// touch makes a regular file if nothing is there. A link that leads nowhere is
// followed to where the file is then made.
func (f *FS) touch(path string) spec.Errno {
	w := walk{fs: f}
	for from := Root; ; {
		p, e := w.parent(from, path)
		switch {
		case e != spec.ENONE:
			return e
		case p.special() || p.slash:
			return spec.EPERM
		}
		at, e := w.step(p.dir, p.name, false)
		if e == spec.ENOENT {
			return f.make(&p, Regular)
		}
		if e != spec.ENONE || f.Kind(at) != Link {
			return e
		}
		if e := w.count(); e != spec.ENONE {
			return e
		}
		from, path = p.dir, f.nodes[at].target
	}
}

// make puts a new file at a place.
func (f *FS) make(p *place, k Kind) spec.Errno {
	if e := f.vacant(p, false); e != spec.ENONE {
		return e
	}
	i := f.take(k, All)
	if i == 0 {
		return spec.ENOSPC
	}
	f.enter(p.dir, p.name, i)
	return spec.ENONE
}

func (f *FS) symlink(target, path string) spec.Errno {
	switch {
	case target == "":
		return spec.ENOENT
	case len(target) >= PathMax:
		return spec.ENAMETOOLONG
	}
	i, e := f.Create(path, Link, All)
	if e == spec.ENONE {
		f.nodes[i].target = target
	}
	return e
}

// hardlink gives a file a further name. A link at the end of the old one is not
// followed.
func (f *FS) hardlink(path, to string) spec.Errno {
	w := walk{fs: f}
	file, e := w.to(Root, path, false)
	if e != spec.ENONE {
		return e
	}
	p, e := f.vacancy(to, false)
	if e != spec.ENONE {
		return e
	}
	if f.Kind(file) == Directory {
		return spec.EPERM
	}
	f.enter(p.dir, p.name, file)
	return spec.ENONE
}

// entry is the place of a name that there is, and its file.
func (f *FS) entry(path string) (p place, file Inode, e spec.Errno) {
	w := walk{fs: f}
	if p, e = w.parent(Root, path); e != spec.ENONE {
		return p, 0, e
	}
	if p.special() {
		return p, 0, spec.EPERM
	}
	file, e = w.step(p.dir, p.name, false)
	return p, file, e
}

// removable is why a file cannot lose its name at a place (may_delete).
func (f *FS) removable(p *place, file Inode, directory bool) spec.Errno {
	is := f.Kind(file) == Directory
	switch {
	case !f.May(p.dir, Write|Search):
		return spec.EACCES
	case directory && !is:
		return spec.ENOTDIR
	case !directory && is:
		return spec.EPERM
	case is && len(f.nodes[file].entries) > 0:
		return spec.EEXIST
	}
	return spec.ENONE
}

func (f *FS) remove(path string, directory bool) spec.Errno {
	p, file, e := f.entry(path)
	if e != spec.ENONE {
		return e
	}
	if p.slash && !directory {
		return spec.ENOTDIR
	}
	if e := f.removable(&p, file, directory); e != spec.ENONE {
		return e
	}
	f.erase(p.dir, p.name)
	return spec.ENONE
}

// rename moves a name, and replaces what has the new one. Two names of one file
// stay as they are (vfs_rename).
func (f *FS) rename(path, to string) spec.Errno {
	old, file, e := f.entry(path)
	if e != spec.ENONE {
		return e
	}
	w := walk{fs: f}
	p, e := w.parent(Root, to)
	if e != spec.ENONE {
		return e
	}
	is := f.Kind(file) == Directory
	there, e := w.step(p.dir, p.name, false)
	switch {
	case p.special():
		return spec.EPERM
	case e != spec.ENONE && e != spec.ENOENT:
		return e
	case !is && (old.slash || p.slash):
		return spec.ENOTDIR
	case is && f.within(p.dir, file):
		return spec.EINVAL
	case e == spec.ENONE && there == file:
		return spec.ENONE
	case e == spec.ENONE && f.within(old.dir, there):
		return spec.EEXIST
	}
	if !f.May(old.dir, Write|Search) || is && p.dir != old.dir && !f.May(file, Write) {
		return spec.EACCES
	}
	if e == spec.ENOENT {
		if e := f.vacant(&p, true); e != spec.ENONE {
			return e
		}
	} else {
		if e := f.removable(&p, there, is); e != spec.ENONE {
			return e
		}
		f.erase(p.dir, p.name)
	}
	f.nodes[file].names++ // which keeps the file while it has no name
	f.erase(old.dir, old.name)
	f.enter(p.dir, p.name, file)
	f.nodes[file].names--
	return spec.ENONE
}

// within says whether a directory is another one or below it.
func (f *FS) within(dir, above Inode) bool {
	for ; dir != above; dir = f.nodes[dir].parent {
		if dir == Root {
			return false
		}
	}
	return true
}

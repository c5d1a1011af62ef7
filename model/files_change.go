package model

import "github.com/connspec/connspec/spec"

// FileVerb says what a change of the file system does: one system call. One
// that fails changes nothing.
type FileVerb uint8

const (
	FileAsIs FileVerb = iota
	FileMkdir
	FileRmdir
	FileTouch
	FileMkfifo
	FileChmod
	FileSymlink
	FileLink
	FileRemove
	FileRename
)

// FileChange is a change of the file system.
type FileChange struct {
	Verb FileVerb
	Path Path
	To   Path // FileLink, FileRename: the new name; FileSymlink: what the link says
	// Flags are the permissions that FileChmod takes from the owner, and what
	// FileSymlink has to say of the target.
	Flags NodeFlags
}

// changeFiles makes a change of the file system. Where a thread waits in a call
// that will look its path up again, or the world has no room, the model is left.
func (w *World) changeFiles(f *FileChange) {
	for i := range w.Threads {
		if t := &w.Threads[i]; t.Wait == Blocked && t.Other != 0 {
			w.Left = LeftFiles
			return
		}
	}
	if f.Path.Wide || f.To.Wide || !w.filed(f) {
		w.Left = LeftFiles
	}
}

// filed reports false for what is not modelled.
func (w *World) filed(f *FileChange) bool {
	switch f.Verb {
	case FileMkdir:
		p := f.Path
		p.Slash = false // which mkdir alone allows
		return w.make(&p, Node{Kind: NodeDir})
	case FileMkfifo:
		return w.make(&f.Path, Node{Kind: NodeFifo})
	case FileSymlink:
		return w.symlink(f)
	case FileTouch:
		return w.touch(&f.Path)
	case FileChmod:
		return w.chmod(f)
	case FileLink:
		return w.link(f)
	case FileRename:
		return w.move(f)
	}
	return w.remove(f)
}

func (w *World) make(p *Path, n Node) bool {
	at, e := w.creates(p)
	if e != spec.ENONE {
		return true
	}
	_, ok := w.create(at, n)
	return ok
}

// symlink: a target of no component, or of more than a node holds, is not
// modelled.
func (w *World) symlink(f *FileChange) bool {
	n := Node{Kind: NodeLink, Flags: f.Flags}
	for i := range f.To.last() + 1 {
		if i >= len(n.To) || f.To.Parts[i].Times != 1 {
			return false
		}
		n.To[i] = f.To.Parts[i].Comp
	}
	if n.To[0] == CompNone {
		return false
	}
	return w.make(&f.Path, n)
}

// touch opens the file, and makes it if there is none; through a link that
// leads nowhere is not modelled.
func (w *World) touch(p *Path) bool {
	at, e := w.place(p)
	if e == spec.ENONE && at.entry >= 0 {
		if w.Nodes[w.Entries[at.entry].Node-1].Kind == NodeLink {
			k := walk{w: w}
			_, e := k.to(root, p, true)
			return e != spec.ENOENT
		}
		return true
	}
	return w.make(p, Node{Kind: NodeFile})
}

func (w *World) chmod(f *FileChange) bool {
	k := walk{w: w}
	node, e := k.to(root, &f.Path, true)
	if e != spec.ENONE {
		return true
	}
	if node == root {
		return false
	}
	n := &w.Nodes[node-1]
	n.Flags = n.Flags&^(NoWrite|NoSearch) | f.Flags&NoWrite
	if n.Kind == NodeDir {
		n.Flags |= f.Flags & NoSearch
	}
	return true
}

func (w *World) link(f *FileChange) bool {
	k := walk{w: w}
	node, e := k.to(root, &f.Path, false)
	if e != spec.ENONE {
		return true
	}
	at, e := w.creates(&f.To)
	if e != spec.ENONE || w.isDir(node) {
		return true
	}
	return w.enter(at, node)
}

// remove is rm and rmdir.
func (w *World) remove(f *FileChange) bool {
	at, e := w.place(&f.Path)
	if e != spec.ENONE || at.entry < 0 || w.flagged(at.dir, NoWrite) {
		return true
	}
	node := w.Entries[at.entry].Node
	if w.isDir(node) != (f.Verb == FileRmdir) || f.Path.Slash && !w.isDir(node) || w.holds(node) {
		return true
	}
	w.unname(at.entry)
	return true
}

// holds says whether a directory has entries.
func (w *World) holds(dir uint8) bool {
	for i := range w.Entries {
		if e := &w.Entries[i]; e.Node != 0 && e.Dir == dir {
			return true
		}
	}
	return false
}

// move: directories, and slashes at the end, are not modelled.
func (w *World) move(f *FileChange) bool {
	from, e1 := w.place(&f.Path)
	to, e2 := w.place(&f.To)
	if e1 != spec.ENONE || e2 != spec.ENONE || from.entry < 0 {
		return true
	}
	if f.Path.Slash || f.To.Slash {
		return false
	}
	node := w.Entries[from.entry].Node
	if w.isDir(node) || to.entry >= 0 && w.isDir(w.Entries[to.entry].Node) {
		return false
	}
	if w.flagged(from.dir, NoWrite) || w.flagged(to.dir, NoWrite) {
		return true
	}
	if to.entry >= 0 {
		if w.Entries[to.entry].Node == node { // two names of one file stay
			return true
		}
		w.unname(to.entry)
	}
	w.Entries[from.entry] = Entry{Dir: to.dir, Comp: to.comp, Node: node}
	return true
}

// Package vfs is the file system of a host, in memory and as a value: the
// directories, regular files, FIFOs, symbolic links and sockets that the names
// of AF_UNIX sockets lead through. Nothing is ever read from or written to a
// file.
//
// One user owns every file and permissions bind him: what counts of a mode are
// its owner's bits. There is one root, which is the working directory too.
//
// Errors are those of POSIX.1-2008. Where it offers two and package spec has a
// name for one, that one is given: EEXIST for a directory that is not empty,
// EPERM for one that only rmdir may remove.
package vfs

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/connspec/connspec/spec"
)

// Limits.
const (
	NameMax  = 255     // bytes of one component (NAME_MAX)
	PathMax  = 4096    // bytes of a path or link, with the NUL behind it (PATH_MAX)
	FilesMax = 1 << 16 // files at one time; one more is ENOSPC
)

// Inode names a file; 0 is none.
type Inode int32

// Root is the directory that every path begins in.
const Root Inode = 1

// Kind is the type of a file.
type Kind uint8

// The types of files; the zero Kind is that of a free inode.
const (
	Directory Kind = iota + 1
	Regular
	FIFO
	Socket
	Link // symbolic
)

// Mode are the permissions of a file's owner.
type Mode uint8

// Permissions, as in the owner's digit of chmod(1).
const (
	Search Mode = 1 // of a directory: to look names up in it
	Write  Mode = 2
	Read   Mode = 4
	All         = Read | Write | Search
)

// rootMode is the mode of a fresh root.
const rootMode = All

// FS is a file system. Make one with Reset. A copy of the value shares its
// files with the original: see Clone.
type FS struct {
	nodes    []node // by Inode; nodes[0] is nobody's
	free     []Inode
	linksMax int
}

type node struct {
	kind    Kind
	mode    Mode
	names   int32 // entries that lead to it
	owner   int32 // Socket: who is bound to it, 0 for nobody any more
	parent  Inode // Directory
	entries []entry
	target  string // Link
}

// entry is a name in a directory. Entries are sorted by it.
type entry struct {
	name string
	file Inode
}

// Reset empties the file system. A path may lead through linksMax symbolic
// links (SYMLOOP_MAX).
func (f *FS) Reset(linksMax int) {
	for i := range f.nodes {
		f.nodes[i] = node{entries: f.nodes[i].entries[:0]}
	}
	f.nodes = append(f.nodes[:0], node{})
	f.free, f.linksMax = f.free[:0], linksMax
	f.take(Directory, rootMode)
	f.nodes[Root].parent = Root
}

// Clone is an independent copy of f.
func (f *FS) Clone() FS {
	c := FS{nodes: slices.Clone(f.nodes), free: slices.Clone(f.free), linksMax: f.linksMax}
	for i := range c.nodes {
		c.nodes[i].entries = slices.Clone(c.nodes[i].entries)
	}
	return c
}

// AppendState appends to b all that a path can find.
func (f *FS) AppendState(b []byte) []byte {
	le := binary.LittleEndian
	for i := range f.nodes {
		n := &f.nodes[i]
		b = append(b, byte(n.kind), byte(n.mode))
		if n.kind == 0 {
			continue
		}
		b = le.AppendUint32(le.AppendUint32(b, uint32(n.owner)), uint32(n.parent))
		b = append(append(b, n.target...), 0)
		for _, e := range n.entries {
			b = append(le.AppendUint32(b, uint32(e.file)), e.name...)
			b = append(b, 0)
		}
		b = append(b, 0)
	}
	return b
}

// take gives a new file without a name; 0 if there are FilesMax.
func (f *FS) take(k Kind, m Mode) Inode {
	var i Inode
	if n := len(f.free); n > 0 {
		i, f.free = f.free[n-1], f.free[:n-1]
	} else {
		if i = Inode(len(f.nodes)); i > FilesMax {
			return 0
		}
		if len(f.nodes) < cap(f.nodes) {
			f.nodes = f.nodes[:i+1]
		} else {
			f.nodes = append(f.nodes, node{})
		}
	}
	f.nodes[i] = node{kind: k, mode: m, entries: f.nodes[i].entries[:0]}
	return i
}

// Kind is the type of a file.
func (f *FS) Kind(i Inode) Kind { return f.nodes[i].kind }

// May says whether the user has all of some permissions on a file. On a link,
// whose mode nobody looks at, he has.
func (f *FS) May(i Inode, m Mode) bool { return f.nodes[i].kind == Link || f.nodes[i].mode&m == m }

// Owner is what Own was last given for a socket; 0 if the socket behind the
// file is gone, or the file is of another type.
func (f *FS) Owner(i Inode) int32 { return f.nodes[i].owner }

// Own notes who is bound to a socket's file. With 0 the file stays as long as it
// has a name.
func (f *FS) Own(i Inode, owner int32) {
	f.nodes[i].owner = owner
	f.forget(i)
}

// forget frees a file that has neither a name nor an owner.
func (f *FS) forget(i Inode) {
	if n := &f.nodes[i]; i != Root && n.names == 0 && n.owner == 0 && n.kind != 0 {
		*n = node{entries: n.entries[:0]}
		f.free = append(f.free, i)
	}
}

// find is the place of a name in a directory, and whether it is there.
func (f *FS) find(dir Inode, name string) (at int, ok bool) {
	return slices.BinarySearchFunc(f.nodes[dir].entries, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
}

// enter gives a file a name that is free.
func (f *FS) enter(dir Inode, name string, file Inode) {
	at, _ := f.find(dir, name)
	d := &f.nodes[dir]
	d.entries = slices.Insert(d.entries, at, entry{name, file})
	n := &f.nodes[file]
	n.names++
	if n.kind == Directory {
		n.parent = dir
	}
}

// erase takes a name away, and with the last one the file.
func (f *FS) erase(dir Inode, name string) {
	at, ok := f.find(dir, name)
	if !ok {
		panic("BUG: erase a name that is not there")
	}
	d := &f.nodes[dir]
	file := d.entries[at].file
	d.entries = slices.Delete(d.entries, at, at+1)
	f.nodes[file].names--
	f.forget(file)
}

// Create makes a file of a kind that is neither directory nor link, in the order
// of checks of Linux (filename_create, may_create): a name that is taken is
// found out before a directory that may not be written.
func (f *FS) Create(path string, k Kind, m Mode) (Inode, spec.Errno) {
	p, e := f.vacancy(path, k == Directory)
	if e != spec.ENONE {
		return 0, e
	}
	i := f.take(k, m)
	if i == 0 {
		return 0, spec.ENOSPC
	}
	f.enter(p.dir, p.name, i)
	return i, spec.ENONE
}

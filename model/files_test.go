package model

import (
	"testing"

	"github.com/connspec/connspec/spec"
)

const (
	compS = CompFirst + iota
	compD
	compL
	compX
)

func many(c Comp, times uint8, then ...Comp) Path {
	p := Path{Parts: [PartsMax]Part{{c, times}}}
	for i, c := range then {
		p.Parts[i+1] = Part{c, 1}
	}
	return p
}

func slashed(p Path) Path { p.Slash = true; return p }

// files makes a world by changes of its file system.
func files(t *testing.T, changes ...FileChange) *World {
	t.Helper()
	w := new(World)
	for i := range changes {
		w.changeFiles(&changes[i])
		if w.Left != Inside {
			t.Fatalf("change %d leaves the model: %v", i+1, w.Left)
		}
	}
	return w
}

func change(v FileVerb, p Path) FileChange { return FileChange{Verb: v, Path: p} }

func linkTo(at Path, flags NodeFlags, target ...Comp) FileChange {
	return FileChange{Verb: FileSymlink, Path: at, To: pathOf(target...), Flags: flags}
}

func chmod(p Path, f NodeFlags) FileChange { return FileChange{Verb: FileChmod, Path: p, Flags: f} }

// Where a path leads, as its owner and as somebody whom no permission binds.
func TestWalk(t *testing.T) {
	dir, file := change(FileMkdir, pathOf(compD)), change(FileTouch, pathOf(compD, compS))
	for _, c := range []struct {
		what        string
		changes     []FileChange
		path        Path
		bound, free spec.Errno
	}{
		{"the root", nil, Path{}, spec.ENONE, spec.ENONE},
		{"above the root", nil, pathOf(CompDotDot, CompDot), spec.ENONE, spec.ENONE},
		{"nothing", nil, pathOf(compX), spec.ENOENT, spec.ENOENT},
		{"a file in a directory", []FileChange{dir, file}, pathOf(compD, compS), spec.ENONE, spec.ENONE},
		{"a file with a slash behind it", []FileChange{dir, file}, slashed(pathOf(compD, compS)), spec.ENOTDIR, spec.ENOTDIR},
		{"through a file", []FileChange{dir, file}, pathOf(compD, compS, compX), spec.ENOTDIR, spec.ENOTDIR},
		{"back from a directory", []FileChange{dir, file}, pathOf(compD, CompDotDot, compD, compS), spec.ENONE, spec.ENONE},
		{"through a closed directory", []FileChange{dir, file, chmod(pathOf(compD), NoSearch)}, pathOf(compD, compS), spec.EACCES, spec.ENONE},
		{"a missing file behind a closed directory", []FileChange{dir, chmod(pathOf(compD), NoSearch)}, pathOf(compD, compX), spec.EACCES, spec.ENOENT},
		{"a component too long", nil, pathOf(CompLong), spec.ENAMETOOLONG, spec.ENAMETOOLONG},
		{"a link that dangles", []FileChange{linkTo(pathOf(compL), 0, compX)}, pathOf(compL), spec.ENOENT, spec.ENOENT},
		{"a link to itself", []FileChange{linkTo(pathOf(compL), 0, compL)}, pathOf(compL), spec.ELOOP, spec.ELOOP},
		{"a link from within a directory", []FileChange{dir, file, linkTo(pathOf(compD, compL), Relative, compS)}, pathOf(compD, compL), spec.ENONE, spec.ENONE},
		{"the same one from the root", []FileChange{dir, file, linkTo(pathOf(compD, compL), 0, compS)}, pathOf(compD, compL), spec.ENOENT, spec.ENOENT},
		{"a link with a slash behind its target", []FileChange{dir, file, linkTo(pathOf(compL), Trailing, compD, compS)}, pathOf(compL), spec.ENOTDIR, spec.ENOTDIR},
		{"40 links", []FileChange{linkTo(pathOf(compL), Relative, CompDot)}, many(compL, 40, CompDot), spec.ENONE, spec.ENONE},
		{"41 links", []FileChange{linkTo(pathOf(compL), Relative, CompDot)}, many(compL, 41, CompDot), spec.ELOOP, spec.ELOOP},
		{"a removed file", []FileChange{dir, file, change(FileRemove, pathOf(compD, compS))}, pathOf(compD, compS), spec.ENOENT, spec.ENOENT},
		{"a directory that rm does not take", []FileChange{dir, change(FileRemove, pathOf(compD))}, pathOf(compD), spec.ENONE, spec.ENONE},
		{"one with a file that rmdir does not take", []FileChange{dir, file, change(FileRmdir, pathOf(compD))}, pathOf(compD), spec.ENONE, spec.ENONE},
		{"an empty one that it does", []FileChange{dir, change(FileRmdir, pathOf(compD))}, pathOf(compD), spec.ENOENT, spec.ENOENT},
		{"the old name", []FileChange{dir, file, {Verb: FileRename, Path: pathOf(compD, compS), To: pathOf(compX)}}, pathOf(compD, compS), spec.ENOENT, spec.ENOENT},
		{"the new name", []FileChange{dir, file, {Verb: FileRename, Path: pathOf(compD, compS), To: pathOf(compX)}}, pathOf(compX), spec.ENONE, spec.ENONE},
		{"a second name, after the first went", []FileChange{dir, file, {Verb: FileLink, Path: pathOf(compD, compS), To: pathOf(compX)}, change(FileRemove, pathOf(compD, compS))},
			pathOf(compX), spec.ENONE, spec.ENONE},
		{"a directory that was closed for writing", []FileChange{dir, chmod(pathOf(compD), NoWrite), file}, pathOf(compD, compS), spec.ENOENT, spec.ENOENT},
	} {
		w := files(t, c.changes...)
		bound, free := walk{w: w}, walk{w: w, free: true}
		if _, e := bound.to(root, &c.path, true); e != c.bound {
			t.Errorf("%s: %v, want %v", c.what, e, c.bound)
		}
		if _, e := free.to(root, &c.path, true); e != c.free {
			t.Errorf("%s, with permissions aside: %v, want %v", c.what, e, c.free)
		}
	}
}

// A file is freed with its last name, and not before.
func TestNodesAreFreed(t *testing.T) {
	w := files(t, change(FileTouch, pathOf(compS)), FileChange{Verb: FileLink, Path: pathOf(compS), To: pathOf(compX)}, change(FileRemove, pathOf(compS)))
	if *w == (World{}) {
		t.Error("a file is gone that has a name left")
	}
	last := change(FileRemove, pathOf(compX))
	if w.changeFiles(&last); *w != (World{}) {
		t.Errorf("after the last name %+v is left of the files", w.Nodes)
	}
}

// A world that has no room for a file says so.
func TestFullFileSystemIsLeft(t *testing.T) {
	w := new(World)
	for i := range Comp(NodesMax + 1) {
		c := change(FileTouch, pathOf(CompFirst+i))
		w.changeFiles(&c)
	}
	if w.Left != LeftFiles {
		t.Errorf("%d files: %v, want %v", NodesMax+1, w.Left, LeftFiles)
	}
}

package vfs

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/connspec/connspec/spec"
)

// fresh is a file system in which changes have been made, none of which fails.
func fresh(t *testing.T, changes ...Change) *FS {
	t.Helper()
	f := new(FS)
	f.Reset(40)
	for i := range changes {
		if e := f.Change(&changes[i]); e != spec.ENONE {
			t.Fatalf("change %d, %+v: %v", i, changes[i], e)
		}
	}
	return f
}

func TestLookup(t *testing.T) {
	long := strings.Repeat("0", NameMax)
	f := fresh(t,
		Change{Verb: Mkdir, Path: "/d/"}, Change{Verb: Mkdir, Path: "d/e"}, Change{Verb: Touch, Path: "/d/f"},
		Change{Verb: Symlink, To: "e", Path: "/d/l"}, Change{Verb: Symlink, To: "/d/f", Path: "/a"},
		Change{Verb: Symlink, To: "loop", Path: "/loop"}, Change{Verb: Symlink, To: "nowhere", Path: "/b"},
		Change{Verb: Symlink, To: ".", Path: "/s"}, Change{Verb: Symlink, To: "d/f/", Path: "/t"},
		Change{Verb: Mkdir, Path: "/x"}, Change{Verb: Touch, Path: "/x/f"}, Change{Verb: Chmod, Path: "/x", Mode: Read | Write},
		Change{Verb: Touch, Path: long},
	)
	for _, c := range []struct {
		path string
		kind Kind
		want spec.Errno
	}{
		{"/", Directory, 0}, {"///", Directory, 0}, {".", Directory, 0}, {"..", Directory, 0}, {"/../d", Directory, 0},
		{"d//e/./..", Directory, 0}, {"/d/f", Regular, 0}, {"/a", Regular, 0}, {"/d/l/", Directory, 0}, {"/d/l/../f", Regular, 0},
		{"", 0, spec.ENOENT}, {"/b", 0, spec.ENOENT}, {"/c/d", 0, spec.ENOENT}, {"/loop", 0, spec.ELOOP},
		{"/d/f/", 0, spec.ENOTDIR}, {"/a/", 0, spec.ENOTDIR}, {"/a/..", 0, spec.ENOTDIR}, {"/t", 0, spec.ENOTDIR},
		{"/x", Directory, 0}, {"/x/f", 0, spec.EACCES}, {"/x/none", 0, spec.EACCES}, {"/x/.", 0, spec.EACCES},
		{long, Regular, 0}, {long + "0", 0, spec.ENAMETOOLONG}, {"/x/" + long + "0", 0, spec.EACCES},
		{strings.Repeat("/", PathMax), 0, spec.ENAMETOOLONG},
		{strings.Repeat("s/", 40) + "d", Directory, 0}, {strings.Repeat("s/", 41) + "d", 0, spec.ELOOP},
	} {
		at, e := f.Lookup(c.path)
		if e != c.want || e == spec.ENONE && f.Kind(at) != c.kind {
			t.Errorf("Lookup(%.40q): %v of kind %d, want %v of kind %d", c.path, e, f.Kind(at), c.want, c.kind)
		}
	}
}

func TestCreate(t *testing.T) {
	f := fresh(t,
		Change{Verb: Mkdir, Path: "/d"}, Change{Verb: Touch, Path: "/f"}, Change{Verb: Symlink, To: "nowhere", Path: "/l"},
		Change{Verb: Mkdir, Path: "/w"}, Change{Verb: Touch, Path: "/w/f"}, Change{Verb: Chmod, Path: "/w", Mode: Read | Search},
	)
	for _, c := range []struct {
		path string
		want spec.Errno
	}{
		{"/s", 0}, {"/s", spec.EEXIST}, {"/f", spec.EEXIST}, {"/l", spec.EEXIST}, {"/", spec.EEXIST}, {"/d/.", spec.EEXIST}, {"..", spec.EEXIST},
		{"", spec.ENOENT}, {"/n/s", spec.ENOENT}, {"/n/", spec.ENOENT}, {"/f/s", spec.ENOTDIR},
		{"/w/s", spec.EACCES}, {"/w/f", spec.EEXIST}, {"/w/s/", spec.ENOENT}, {"/d/" + strings.Repeat("n", NameMax+1), spec.ENAMETOOLONG},
	} {
		if _, e := f.Create(c.path, Socket, All); e != c.want {
			t.Errorf("Create(%.40q): %v, want %v", c.path, e, c.want)
		}
	}
}

// TestChange makes changes that fail and looks that they changed nothing.
func TestChange(t *testing.T) {
	f := fresh(t,
		Change{Verb: Mkdir, Path: "/d"}, Change{Verb: Mkdir, Path: "/d/e"}, Change{Verb: Touch, Path: "/d/f"}, Change{Verb: Mkfifo, Path: "/p"},
		Change{Verb: Mkdir, Path: "/w"}, Change{Verb: Touch, Path: "/w/f"}, Change{Verb: Chmod, Path: "/w", Mode: Read | Search},
		Change{Verb: Symlink, To: "d/new", Path: "/l"}, Change{Verb: Hardlink, Path: "/p", To: "/q"},
	)
	for _, c := range []struct {
		change Change
		want   spec.Errno
	}{
		{Change{Verb: Mkdir, Path: "/d"}, spec.EEXIST},
		{Change{Verb: Rmdir, Path: "/d"}, spec.EEXIST},
		{Change{Verb: Rmdir, Path: "/p"}, spec.ENOTDIR},
		{Change{Verb: Rmdir, Path: "/"}, spec.EPERM},
		{Change{Verb: Remove, Path: "/d/e"}, spec.EPERM},
		{Change{Verb: Remove, Path: "/d/f/"}, spec.ENOTDIR},
		{Change{Verb: Remove, Path: "/w/f"}, spec.EACCES},
		{Change{Verb: Remove, Path: "/none"}, spec.ENOENT},
		{Change{Verb: Touch, Path: "/d/new/"}, spec.EPERM},
		{Change{Verb: Touch, Path: "/w/new"}, spec.EACCES},
		{Change{Verb: Touch, Path: "/p"}, spec.ENONE},
		{Change{Verb: Symlink, Path: "/n"}, spec.ENOENT},
		{Change{Verb: Hardlink, Path: "/d", To: "/n"}, spec.EPERM},
		{Change{Verb: Hardlink, Path: "/p", To: "/d/f"}, spec.EEXIST},
		{Change{Verb: Rename, Path: "/p", To: "/d"}, spec.EPERM},
		{Change{Verb: Rename, Path: "/d", To: "/p"}, spec.ENOTDIR},
		{Change{Verb: Rename, Path: "/d", To: "/d/e/x"}, spec.EINVAL},
		{Change{Verb: Rename, Path: "/d/e", To: "/d"}, spec.EEXIST},
		{Change{Verb: Rename, Path: "/w", To: "/d"}, spec.EEXIST},
		{Change{Verb: Rename, Path: "/w/f", To: "/n"}, spec.EACCES},
		{Change{Verb: Rename, Path: "/w", To: "/d/w"}, spec.EACCES},
		{Change{Verb: Rename, Path: "/p", To: "/q"}, spec.ENONE},
		{Change{Verb: Rename, Path: "/p", To: "/n/"}, spec.ENOTDIR},
		{Change{Verb: Chmod, Path: "/none"}, spec.ENOENT},
		{Change{}, spec.ENOSYS},
	} {
		before := f.AppendState(nil)
		if e := f.Change(&c.change); e != c.want {
			t.Errorf("%+v: %v, want %v", c.change, e, c.want)
		}
		if !bytes.Equal(before, f.AppendState(nil)) {
			t.Errorf("%+v changed something", c.change)
		}
	}
}

// TestTouchThroughLink makes a file where a link leads that led nowhere.
func TestTouchThroughLink(t *testing.T) {
	f := fresh(t, Change{Verb: Mkdir, Path: "/d"}, Change{Verb: Symlink, To: "../n", Path: "/d/l"}, Change{Verb: Touch, Path: "/d/l"})
	if at, e := f.Lookup("/n"); e != spec.ENONE || f.Kind(at) != Regular {
		t.Errorf("Lookup(/n): %v, want the file that touch made through the link", e)
	}
}

// TestNames follows a socket's file from name to name: it stays while it has a
// name or an owner.
func TestNames(t *testing.T) {
	f := fresh(t, Change{Verb: Mkdir, Path: "/d"})
	s, e := f.Create("/s", Socket, All)
	if e != spec.ENONE {
		t.Fatal(e)
	}
	f.Own(s, 7)
	for _, c := range []struct {
		change Change
		at     string
	}{
		{Change{Verb: Rename, Path: "/s", To: "/d/s"}, "/d/s"},
		{Change{Verb: Hardlink, Path: "/d/s", To: "/t"}, "/t"},
		{Change{Verb: Remove, Path: "/d/s"}, "/t"},
		{Change{Verb: Rename, Path: "/d", To: "/e"}, "/e/../t"},
	} {
		if e := f.Change(&c.change); e != spec.ENONE {
			t.Fatalf("%+v: %v", c.change, e)
		}
		if at, e := f.Lookup(c.at); e != spec.ENONE || at != s || f.Owner(at) != 7 {
			t.Errorf("after %+v: Lookup(%q) is %d, %v, want %d", c.change, c.at, at, e, s)
		}
	}
	f.Change(&Change{Verb: Remove, Path: "/t"})
	if f.Kind(s) != Socket {
		t.Error("a file without a name is gone while it has an owner")
	}
	f.Own(s, 0)
	if f.Kind(s) != 0 || len(f.free) != 1 {
		t.Error("a file without a name or an owner stays")
	}
}

func TestClone(t *testing.T) {
	f := fresh(t, Change{Verb: Mkdir, Path: "/d"}, Change{Verb: Touch, Path: "/d/f"})
	before := f.AppendState(nil)
	c := f.Clone()
	for _, g := range []Change{{Verb: Remove, Path: "/d/f"}, {Verb: Mkdir, Path: "/d/g"}, {Verb: Chmod, Path: "/d"}} {
		c.Change(&g)
	}
	if !bytes.Equal(before, f.AppendState(nil)) {
		t.Error("changes of a clone changed the original")
	}
	if bytes.Equal(before, c.AppendState(nil)) {
		t.Error("changes of a clone do not show in its state")
	}
	f.Reset(40)
	if !bytes.Equal(f.AppendState(nil), fresh(t).AppendState(nil)) {
		t.Error("a file system that was reset is not as a new one")
	}
}

func TestFilesMax(t *testing.T) {
	f := fresh(t)
	dir, files := "", 1 // the root
	for i := 0; files < FilesMax; i++ {
		if i%256 == 0 {
			dir = fmt.Sprintf("/%d", i)
			if e := f.Change(&Change{Verb: Mkdir, Path: dir}); e != spec.ENONE {
				t.Fatalf("directory %s: %v", dir, e)
			}
			files++
			continue
		}
		if _, e := f.Create(fmt.Sprintf("%s/%d", dir, i), FIFO, All); e != spec.ENONE {
			t.Fatalf("file %d: %v", i, e)
		}
		files++
	}
	if _, e := f.Create("/more", FIFO, All); e != spec.ENOSPC {
		t.Errorf("one file more than FilesMax: %v, want ENOSPC", e)
	}
}

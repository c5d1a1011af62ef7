package kernel

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/diffcheck/target"
	"github.com/connspec/connspec/spec"
)

// unixScript uses a file of each kind, a permission, and a thread that waits.
const unixScript = `
0 socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3
+0 bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0
+0 listen(3, 0) = 0
+0 ` + "`mkdir /d`" + `
+0 ` + "`ln -s /s /d/l`" + `
+0 socket(AF_UNIX, SOCK_STREAM, 0) = 4
+0 [pid 1] connect(4, {sa_family=AF_UNIX, sun_path="/d/l"}, 7) = 0
+0 socket(AF_UNIX, SOCK_STREAM, 0) = 5
+0 [pid 2] connect(5, {sa_family=AF_UNIX, sun_path="/s"}, 5 <unfinished ...>
+0 ` + "`chmod 0 /d`" + `
+0 open("/dev/null", O_RDWR) = 6
+0 socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0) = 7
+0 connect(7, {sa_family=AF_UNIX, sun_path="/d/l"}, 7) = -1 EACCES (Permission denied)
`

func runUnix(t *testing.T, k *Target, text string) (*script.Trace, error) {
	t.Helper()
	s, err := script.Parse("unix", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var tr script.Trace
	return &tr, k.Run(s, &tr)
}

// What a script states is what the kernel does, in a file system that is empty
// each time and of which nothing is left.
func TestScriptHasFilesOfItsOwn(t *testing.T) {
	k := openWire(t)
	var before, after unix.Stat_t
	if err := unix.Stat("/", &before); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tr, err := runUnix(t, k, unixScript)
		if err != nil {
			t.Fatal(err)
		}
		for i := range tr.Steps {
			want := tr.Script.Events[i].Want
			for _, o := range tr.Steps[i].After {
				switch {
				case o.Kind == script.OutputBlock && want.Blocks:
				case o.Kind == script.OutputReturn && want != nil && want.Matches(o.Result):
				default:
					t.Errorf("step %d: %s", i+1, script.FormatOutput(o))
				}
			}
		}
	}
	fd, err := unix.Openat(k.files.inside, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	left := os.NewFile(uintptr(fd), "files of scripts")
	defer left.Close()
	if names, err := left.Readdirnames(-1); len(names) != 0 || err != nil {
		t.Errorf("the scripts leave %q (%v)", names, err)
	}
	err = k.place.Do(func() error {
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var caps [2]unix.CapUserData
		if err := unix.Capget(&header, &caps[0]); err != nil {
			return err
		}
		if caps != k.files.free {
			t.Errorf("the lane's thread has capabilities %v, want %v", caps, k.files.free)
		}
		return unix.Stat("/", &after)
	})
	if err != nil || after.Ino != before.Ino || after.Dev != before.Dev {
		t.Errorf("the root of the lane's thread is %d:%d (%v), want %d:%d", after.Dev, after.Ino, err, before.Dev, before.Ino)
	}
}

// A name that the kernel chose is @00001 in the trace, and in the script's
// later calls.
func TestChosenNamesAreCanonical(t *testing.T) {
	k := openWire(t)
	tr, err := runUnix(t, k, `
0 socket(AF_UNIX, SOCK_DGRAM, 0)
+0 bind(3, {sa_family=AF_UNIX}, 2)
+0 getsockname(3, ..., ...)
+0 socket(AF_UNIX, SOCK_DGRAM, 0)
+0 connect(4, {sa_family=AF_UNIX, sun_path=@"00001"}, 8)
+0 getpeername(4, ..., ...)
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{2, 5} {
		r := tr.Steps[i].After[0].Result
		if want := (spec.Sockaddr{Family: spec.AFUnix, Path: script.ChosenName(1)}); r.Addr != want || r.AddrLen != 8 {
			t.Errorf("step %d: %+v with length %d, want %+v with length 8", i+1, r.Addr, r.AddrLen, want)
		}
	}
}

// This machine's own abstract names are nothing for a script.
func TestNoUnixWithoutALab(t *testing.T) {
	k := openNear(t)
	for _, text := range []string{"0 socket(AF_UNIX, SOCK_STREAM, 0)\n", "0 socketpair(AF_UNIX, SOCK_STREAM, 0, ...)\n", "`mkdir /d`\n"} {
		var refused *target.Unsupported
		if _, err := runUnix(t, k, text); !errors.As(err, &refused) {
			t.Errorf("%s: %v, want a refusal", text, err)
		}
	}
}

// Directories within directories, closed to their owner, are removed too.
func TestEmptyRemovesWhatIsNested(t *testing.T) {
	k := openWire(t)
	text := ""
	for _, dir := range []string{"/a", "/a/b", "/a/b/c"} {
		text += "+0 `mkdir " + dir + "`\n"
	}
	text = "0 socket(AF_UNIX, SOCK_STREAM, 0)\n" + text + "+0 bind(3, {sa_family=AF_UNIX, sun_path=\"/a/b/c/s\"}, 11)\n+0 `chmod 0 /a/b`\n+0 `chmod 0 /a`\n"
	for range 2 {
		tr, err := runUnix(t, k, text)
		if err != nil {
			t.Fatal(err)
		}
		if r := tr.Steps[4].After[0].Result; r.Failed() {
			t.Errorf("bind: %v, want 0", r.Errno)
		}
	}
}

package script

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/connspec/connspec/spec"
)

func drawFile(t *rapid.T) FileChange {
	f := FileChange{Verb: FileVerb(rapid.IntRange(int(FileMkdir), int(FileRename)).Draw(t, "verb"))}
	name := func() string { return oneOf(t, "/a", "/d/s", "/d/", "x", strings.Repeat("0", 256)) }
	f.Path = name()
	switch f.Verb {
	case FileChmod:
		f.Mode = uint32(rapid.IntRange(0, 0o777).Draw(t, "mode"))
	case FileSymlink:
		f.Target = name()
	case FileLink, FileRename:
		f.To = name()
	}
	return f
}

func unixAt(path string) spec.Sockaddr { return spec.Sockaddr{Family: spec.AFUnix, Path: path} }

func TestUnixCalls(t *testing.T) {
	for _, c := range []struct {
		line string
		call spec.Call
		want *Want
	}{
		{`+0 socket(AF_UNIX, SOCK_SEQPACKET|SOCK_NONBLOCK, 0) = 3`,
			spec.Call{Op: spec.OpSocket, Family: spec.AFUnix, Type: spec.SockSeqpacket, SockFlags: spec.SockNonblock}, &Want{Result: spec.Result{Ret: 3}}},
		{`+0 connect(3, {sa_family=AF_UNIX, sun_path="/d/s"}, 7) = 0`,
			spec.Call{Op: spec.OpConnect, FD: 3, Addr: unixAt("/d/s"), AddrLen: 7}, zero},
		{`+0 bind(3, {sa_family=AF_UNIX, sun_path=@"x"}, 4) = 0`,
			spec.Call{Op: spec.OpBind, FD: 3, Addr: unixAt("\x00x"), AddrLen: 4}, zero},
		{`+0 bind(3, {sa_family=AF_UNIX, sun_path=@"x\x00"}, 5) = 0`,
			spec.Call{Op: spec.OpBind, FD: 3, Addr: unixAt("\x00x\x00"), AddrLen: 5}, zero},
		{`+0 bind(3, {sa_family=AF_UNIX}, 2) = 0`, spec.Call{Op: spec.OpBind, FD: 3, Addr: unixAt(""), AddrLen: 2}, zero},
		{`+0 getpeername(3, {sa_family=AF_UNIX, sun_path="/s"}, [5]) = 0`, spec.Call{Op: spec.OpGetpeername, FD: 3},
			&Want{HasAddr: true, Result: spec.Result{Addr: unixAt("/s"), AddrLen: 5}}},
		{`+0 socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0`, spec.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: spec.SockStream},
			&Want{HasOut: true, Result: spec.Result{Pair: [2]int32{3, 4}}}},
		{`+0 socketpair(AF_UNIX, SOCK_DGRAM, 0, ...) = 0`, spec.Call{Op: spec.OpSocketpair, Family: spec.AFUnix, Type: spec.SockDgram}, zero},
	} {
		e := parseOne(t, c.line)
		if !reflect.DeepEqual(e.Call, c.call) || !reflect.DeepEqual(e.Want, c.want) {
			t.Errorf("%s\n\tis %+v with %+v\n\twant %+v with %+v", c.line, e.Call, e.Want, c.call, c.want)
		}
		if got := FormatEvent(&e); got != c.line {
			t.Errorf("%s\n\tis printed as %s", c.line, got)
		}
	}
}

// "..." is the length that a program passes: with the NUL behind a path, and
// without one behind an abstract name.
func TestUnixLengths(t *testing.T) {
	for path, want := range map[string]int32{`sun_path="/s"`: 5, `sun_path=@"s"`: 4, `sun_path=@""`: 3} {
		if e := parseOne(t, "+0 connect(3, {sa_family=AF_UNIX, "+path+"}, ...) = 0"); e.Call.AddrLen != want {
			t.Errorf("%s has the length %d, want %d", path, e.Call.AddrLen, want)
		}
	}
}

func TestFileCommands(t *testing.T) {
	long := strings.Repeat("0", 256)
	for text, want := range map[string]FileChange{
		"mkdir /d":                       {Verb: FileMkdir, Path: "/d"},
		"rmdir /d":                       {Verb: FileRmdir, Path: "/d"},
		"touch /f":                       {Verb: FileTouch, Path: "/f"},
		"mkfifo /p":                      {Verb: FileMkfifo, Path: "/p"},
		"chmod 0500 /d":                  {Verb: FileChmod, Mode: 0o500, Path: "/d"},
		"ln -s /a /l":                    {Verb: FileSymlink, Target: "/a", Path: "/l"},
		"ln -s $(printf %0256d 0) /l":    {Verb: FileSymlink, Target: long, Path: "/l"},
		"ln /a /b":                       {Verb: FileLink, Path: "/a", To: "/b"},
		"mv /a /b":                       {Verb: FileRename, Path: "/a", To: "/b"},
		"rm /a":                          {Verb: FileRemove, Path: "/a"},
		"mkdir -p /d/e":                  {},
		"chmod u+x /d":                   {},
		"rm /a /b":                       {},
		"touch $HOME":                    {},
		"ln -s $(printf %099999d 0) /l":  {},
		"ln -s $(printf '%0256d' 0) /l ": {},
	} {
		e := parseOne(t, "`"+text+"`")
		kind := EnvFile
		if want.Verb == 0 {
			kind = EnvUnknown
		}
		if e.Env.Kind != kind || e.Env.File != want {
			t.Errorf("%s: kind %d, %+v; want kind %d, %+v", text, e.Env.Kind, e.Env.File, kind, want)
		}
	}
}

package judge

import (
	"testing"

	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Pieces of AF_UNIX traces.
const (
	unixFresh     = "0 socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0) = 3\n"
	unixListener  = unixFresh + `+0 bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0` + "\n+0 listen(3, 5) = 0\n+0 socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0) = 4\n"
	unixConnected = unixListener + `+0 connect(4, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0` + "\n"
	unixDatagram  = "0 socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK, 0) = 3\n" + `+0 bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0` + "\n+0 socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK, 0) = 4\n"
	unixPeered    = unixDatagram + `+0 connect(4, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0` + "\n"
	to3           = `+0 connect(3, {sa_family=AF_UNIX, sun_path="/s"}, 5)`
	to4           = `+0 connect(4, {sa_family=AF_UNIX, sun_path="/s"}, 5)`
)

func failing(e spec.Errno) string { return " = -1 " + e.String() + " (" + e.Text() + ")" }

// What five dialects make of connect on an AF_UNIX socket. TargetTCP has none.
func TestUnixVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, trace, last        string
		posix, linux, macos, osx model.Verdict
	}{
		{"a path that leads nowhere", unixFresh, to3 + failing(spec.ENOENT), spd, und, spd, spd},
		{"may not be refused", unixFresh, to3 + failing(spec.ECONNREFUSED), div, div, div, div},
		{"a path through a file", unixFresh + "+0 `touch /f`\n", `+0 connect(3, {sa_family=AF_UNIX, sun_path="/f/s"}, 7)` + failing(spec.ENOTDIR), spd, und, spd, spd},
		{"a circle of links", unixFresh + "+0 `ln -s /l /l`\n", `+0 connect(3, {sa_family=AF_UNIX, sun_path="/l"}, 5)` + failing(spec.ELOOP), spd, und, spd, spd},
		{"a component too long", unixFresh + "+0 `ln -s $(printf %0256d 0) /l`\n", `+0 connect(3, {sa_family=AF_UNIX, sun_path="/l"}, 5)` + failing(spec.ENAMETOOLONG), spd, und, spd, spd},
		{"a directory that may not be searched", unixFresh + "+0 `mkdir /d`\n+0 `chmod 600 /d`\n", `+0 connect(3, {sa_family=AF_UNIX, sun_path="/d/s"}, 7)` + failing(spec.EACCES), spd, spd, spd, spd},
		{"of which POSIX may overlook the permission", unixFresh + "+0 `mkdir /d`\n+0 `chmod 600 /d`\n", `+0 connect(3, {sa_family=AF_UNIX, sun_path="/d/s"}, 7)` + failing(spec.ENOENT), spd, div, div, spd},
		{"a regular file", unixFresh + "+0 `touch /s`\n", to3 + failing(spec.ECONNREFUSED), uns, und, div, div},
		{"which is no socket to the BSDs", unixFresh + "+0 `touch /s`\n", to3 + failing(spec.ENOTSOCK), uns, div, spd, spd},
		{"an empty path", unixFresh, `+0 connect(3, {sa_family=AF_UNIX}, 2)` + failing(spec.EINVAL), spd, con, spd, spd},
		{"a path that begins with NUL is abstract in Linux", unixFresh, `+0 connect(3, {sa_family=AF_UNIX, sun_path=@"a"}, 4)` + failing(spec.ECONNREFUSED), div, spd, div, div},
		{"and empty elsewhere", unixFresh, `+0 connect(3, {sa_family=AF_UNIX, sun_path=@"a"}, 4)` + failing(spec.ENOENT), spd, div, spd, spd},
		{"another family", unixFresh, `+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16)` + failing(spec.EINVAL), spd, con, div, div},
		{"is EAFNOSUPPORT to the pages", unixFresh, `+0 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16)` + failing(spec.EAFNOSUPPORT), spd, div, spd, spd},
		{"a socket of another type", unixListener + "+0 socket(AF_UNIX, SOCK_DGRAM, 0) = 5\n", `+0 connect(5, {sa_family=AF_UNIX, sun_path="/s"}, 5)` + failing(spec.EPROTOTYPE), spd, spd, spd, spd},
		{"a listener", unixListener, to4 + " = 0", spd, spd, spd, spd},
		{"is not in progress", unixListener, to4 + failing(spec.EINPROGRESS), div, div, div, div},
		{"a socket that does not listen", unixFresh + `+0 bind(3, {sa_family=AF_UNIX, sun_path="/s"}, 5) = 0` + "\n+0 socket(AF_UNIX, SOCK_STREAM, 0) = 4\n", to4 + failing(spec.ECONNREFUSED), spd, spd, spd, spd},
		{"a connected socket", unixConnected, to4 + failing(spec.EISCONN), spd, spd, spd, spd},
		{"and a bad path: Linux looks at the path first", unixConnected, `+0 connect(4, {sa_family=AF_UNIX, sun_path="/x"}, 5)` + failing(spec.ENOENT), spd, und, div, spd},
		{"a listening socket", unixListener, `+0 connect(3, {sa_family=AF_UNIX, sun_path="/s"}, 5)` + failing(spec.EOPNOTSUPP), spd, div, spd, spd},
		{"is EINVAL in Linux", unixListener, `+0 connect(3, {sa_family=AF_UNIX, sun_path="/s"}, 5)` + failing(spec.EINVAL), uns, und, div, div},
		{"a datagram socket gets a peer", unixDatagram, to4 + " = 0", spd, spd, spd, spd},
		{"AF_UNSPEC takes it away", unixPeered, "+0 connect(4, {sa_family=AF_UNSPEC}, 16) = 0", spd, spd, div, div},
		{"and the BSDs call it a family they have no use for", unixPeered, "+0 connect(4, {sa_family=AF_UNSPEC}, 16)" + failing(spec.EAFNOSUPPORT), div, div, spd, spd},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := New().Trace(traceOf(t, c.trace+c.last+"\n"))
			got := r.Steps[len(r.Steps)-1].Verdict
			if want := [spec.DocumentCount]model.Verdict{c.posix, c.linux, c.macos, c.osx, unm}; got != want {
				t.Errorf("the verdicts on the last step are %v, want %v\n%v", got, want, r.Deviations)
			}
		})
	}
}

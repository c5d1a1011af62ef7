package puppet

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

func TestChosenNames(t *testing.T) {
	var n Naming
	n.Reset(script.Remote1, script.Remote2)
	unix := func(path string) spec.Sockaddr { return spec.Sockaddr{Family: spec.AFUnix, Path: path} }
	for i, c := range []struct {
		call  string
		path  string // of the script in a call, of the host in a result
		real  bool
		other string
	}{
		{"a path stands for itself", "/s", true, "/s"},
		{"and so does a name that is spelled", "\x00a", true, "\x00a"},
		{"a chosen one asked for too early", "\x0000001", true, "\x0000001"},
		{"the first one that the host chose", "\x00f3a2b", false, "\x0000001"},
		{"which the script can ask for now", "\x0000001", true, "\x00f3a2b"},
		{"the second one", "\x0000c0e", false, "\x0000002"},
		{"the first one again", "\x00f3a2b", false, "\x0000001"},
		{"a name of another form", "\x00F3A2B", false, "\x00F3A2B"},
	} {
		var got spec.Sockaddr
		if c.real {
			got = n.RealSockaddr(spec.OpConnect, unix(c.path))
		} else {
			got = n.CanonSockaddr(spec.OpGetsockname, unix(c.path))
		}
		if got != unix(c.other) {
			t.Errorf("%d: %s: %q is %q, want %q", i, c.call, c.path, got.Path, c.other)
		}
	}
}

package target

import (
	"net/netip"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
)

func TestRoutesFollowAScript(t *testing.T) {
	add := func(kind, prefix string) script.Env {
		return script.Env{Kind: script.EnvRouteAdd, Name: kind, Value: prefix}
	}
	del := func(kind, prefix string) script.Env {
		return script.Env{Kind: script.EnvRouteDel, Name: kind, Value: prefix}
	}
	for _, c := range []struct {
		name    string
		changes []script.Env
		to      netip.Addr
		want    string // "" for none
	}{
		{"the lab's own", nil, script.Remote1, "192.0.2.0/24 via 192.168.0.2"},
		{"none", nil, script.NoRoute, ""},
		{"the more specific one", []script.Env{add("prohibit", "192.0.2.1")}, script.Remote1, "prohibit 192.0.2.1/32"},
		{"its neighbour", []script.Env{add("prohibit", "192.0.2.1/32")}, script.Remote2, "192.0.2.0/24 via 192.168.0.2"},
		{"taken away", []script.Env{del("", "192.0.2.0/24")}, script.Remote1, ""},
		{"taken away and put back", []script.Env{del("", "192.0.2.0/24"), add("blackhole", "192.0.2.0/24")}, script.Remote1, "blackhole 192.0.2.0/24"},
		{"of another kind than the one to go", []script.Env{del("prohibit", "198.51.100.1/32")}, script.Unreachable, "unreachable 198.51.100.1/32"},
		{"by default", []script.Env{add("", "default")}, script.NoRoute, "0.0.0.0/0 via 192.168.0.2"},
		{"replaced", []script.Env{add("", "198.51.100.1/32")}, script.Unreachable, "198.51.100.1/32 via 192.168.0.2"},
	} {
		var r Routes
		for i := range c.changes {
			if err := r.Apply(&c.changes[i]); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		seen := ""
		if got, ok := r.To(c.to); ok {
			seen = got.String()
		}
		if seen != c.want {
			t.Errorf("%s: the route to %v is %q, want %q", c.name, c.to, seen, c.want)
		}
		r.Reset()
		if got, ok := r.To(script.Unreachable); !ok || got.Kind != lab.Unreachable {
			t.Errorf("%s: after Reset the route to %v is %v, want the lab's", c.name, script.Unreachable, got)
		}
	}
}

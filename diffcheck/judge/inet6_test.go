package judge

import (
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/model"
	"github.com/connspec/connspec/spec"
)

// Every class stands for an address, and a name of it in either family for
// itself.
func TestAddressesAndClasses(t *testing.T) {
	for c := range model.AddrCount {
		if c == model.AddrUnknown {
			continue
		}
		if !classes[c].IsValid() || class(classes[c]) != c {
			t.Errorf("class %v stands for %v, which is of class %v", c, classes[c], class(classes[c]))
		}
		var n names
		for _, family := range []spec.Family{spec.AFInet, spec.AFInet6} {
			if family == spec.AFInet && (c.Six() || c == model.AddrAnyMapped) {
				continue
			}
			want := model.Return{HasAddr: true, Family: family, Addr: c, Scope: spec.DeviceNone}
			a, length := n.sockaddr(&want, 0)
			var got model.Return
			n.result(&got, spec.OpGetsockname, &spec.Result{Addr: a, AddrLen: length})
			if got != want {
				t.Errorf("%v of family %v is %s, which is %+v", c, family, script.FormatSockaddr(a), got)
			}
		}
	}
}

func TestScopesAndDevices(t *testing.T) {
	for _, d := range []spec.Device{spec.DeviceNone, spec.DeviceLo, spec.DeviceEth0, spec.DeviceAbsent} {
		if got := scope(scopeIDs[d]); got != d {
			t.Errorf("the scope id of %q is read as that of %q", d, got)
		}
	}
}

package lab

import (
	"runtime"
	"testing"
)

var (
	entered bool
	missing error = &Missing{What: "lab.Enter was not called"}
)

// Enter puts the program into a network namespace of its own. It runs the
// program again, with the same arguments and standard streams, in the new
// namespace; there Enter returns nil. Outside, Enter does not return: it
// passes on signals and leaves with the inner process's exit code. Where no
// namespace can be had, Enter returns a [*Missing] at once and the program goes
// on where it is.
//
// Call it first thing in main: what comes before it happens twice. The inner
// process is killed with the outer one.
func Enter() error {
	if !entered {
		missing = enter()
		entered = missing == nil
	}
	return missing
}

// Main is Enter for TestMain. Where no namespace can be had the tests run all
// the same, and those that need one skip by [Need].
func Main(m *testing.M) int {
	Enter()
	return m.Run()
}

// Need skips the test, with the reason, unless it runs in the lab.
func Need(tb testing.TB) {
	tb.Helper()
	if !entered {
		tb.Skipf("needs a network namespace: %v", missing)
	}
}

// Probe says which tiers this machine offers, as far as [Enter] found out.
func Probe() []Tier {
	wire := Tier{Name: "wire", Available: entered}
	if !entered {
		wire.Reason = missing.Error()
	}
	loopback := Tier{Name: "loopback", Available: runtime.GOOS == "linux"}
	if !loopback.Available {
		loopback.Reason = "the kernel target speaks Linux; this is " + runtime.GOOS
	}
	return []Tier{{Name: "sim", Available: true}, loopback, wire}
}

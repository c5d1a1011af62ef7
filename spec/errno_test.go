package spec

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/leanovate/gopter"
	"github.com/leanovate/gopter/gen"
	"github.com/leanovate/gopter/prop"
	"golang.org/x/sys/unix"
)

// TestLinuxNumbersAreTheKernels compares names, numbers and messages with the
// tables that x/sys generates from the kernel's headers and glibc.
func TestLinuxNumbersAreTheKernels(t *testing.T) {
	for e := ENONE + 1; e < ErrnoCount; e++ {
		n, ok := e.Number(SystemLinux)
		if !ok {
			t.Errorf("%v: no number on Linux", e)
			continue
		}
		got := unix.ErrnoName(unix.Errno(n))
		if alias := e == EOPNOTSUPP && got == "ENOTSUP"; got != e.String() && !alias {
			t.Errorf("Linux calls %d %s, spec calls it %v", n, got, e)
		}
		if got := unix.Errno(n).Error(); !strings.EqualFold(got, e.Text()) {
			t.Errorf("%v: text is %q, Linux says %q", e, e.Text(), got)
		}
	}
}

// TestBSDNumbersAreTheSystems compares with the tables that the Go
// distribution generates from each system's <sys/errno.h>.
func TestBSDNumbersAreTheSystems(t *testing.T) {
	for system, file := range map[System]string{
		SystemDarwin:  "zerrors_darwin_arm64.go",
		SystemFreeBSD: "zerrors_freebsd_amd64.go",
	} {
		numbers := errnoConstants(t, file)
		if len(numbers) < 80 {
			t.Fatalf("%s: only %d errno constants found", file, len(numbers))
		}
		for e := ENONE + 1; e < ErrnoCount; e++ {
			want, has := numbers[e.String()]
			if got, ok := e.Number(system); ok != has || got != want {
				t.Errorf("%v: number is %d, %s has %d", e, got, file, want)
			}
		}
	}
}

// errnoConstants reads the constants "EXXX = Errno(0x..)" of a file of package
// syscall's source.
func errnoConstants(t *testing.T, file string) map[string]int {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	path := filepath.Join(strings.TrimSpace(string(root)), "src", "syscall", file)
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	numbers := map[string]int{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		value, ok := n.(*ast.ValueSpec)
		if !ok || len(value.Values) != 1 {
			return true
		}
		call, ok := value.Values[0].(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		of, isName := call.Fun.(*ast.Ident)
		literal, isLiteral := call.Args[0].(*ast.BasicLit)
		if isName && isLiteral && of.Name == "Errno" {
			if n, err := strconv.ParseInt(literal.Value, 0, 32); err == nil {
				numbers[value.Names[0].Name] = int(n)
			}
		}
		return true
	})
	return numbers
}

func TestErrnoLaws(t *testing.T) {
	properties := gopter.NewProperties(nil)
	errno := gen.UInt8Range(0, uint8(ErrnoCount)-1).Map(func(n uint8) Errno { return Errno(n) })
	system := gen.UInt8Range(0, uint8(systemCount)-1).Map(func(n uint8) System { return System(n) })

	properties.Property("a name names its errno", prop.ForAll(
		func(e Errno) bool {
			back, ok := ParseErrno(e.String())
			return ok && back == e
		}, errno))
	properties.Property("a number numbers its errno", prop.ForAll(
		func(e Errno, s System) bool {
			n, ok := e.Number(s)
			if !ok {
				return n == 0
			}
			back, found := ErrnoFromNumber(s, n)
			return found && back == e
		}, errno, system))
	properties.Property("a number that is found is the errno's", prop.ForAll(
		func(n int, s System) bool {
			e, ok := ErrnoFromNumber(s, n)
			if !ok {
				return e == ENONE
			}
			back, has := e.Number(s)
			return has && back == n
		}, gen.IntRange(-300, 300), system))
	properties.Property("only names are names", prop.ForAll(
		func(name string) bool {
			e, ok := ParseErrno(name)
			return ok == (e != ENONE || name == "0") && (!ok || e.String() == name)
		}, gen.OneGenOf(gen.AlphaString(), errno.Map(Errno.String))))
	properties.Property("no value panics", prop.ForAll(
		func(e, s uint8) bool {
			n, ok := Errno(e).Number(System(s))
			return Errno(e).Error() != "" && (ok || n == 0)
		}, gen.UInt8(), gen.UInt8()))
	properties.TestingRun(t)
}

package shrink

import (
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/spec"
)

// TestLeaps gives scripts of which no single event can go and asks for shorter
// ones that fail as well.
func TestLeaps(t *testing.T) {
	for _, c := range []struct {
		name, script string
		fails        func(*script.Script) bool
		want         string
	}{
		{"two events at once", `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 shutdown(3, SHUT_WR)
+0 listen(3, 1)
+0 shutdown(3, SHUT_WR)
`, func(s *script.Script) bool {
			return strings.Count(script.Format(s), "shutdown")%2 == 0 && follows(s, spec.OpSocket, spec.OpListen)
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 listen(3, 1)
`},
		{"the puppet for a listener", `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16)
+0 listen(3, 1)
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 connect(4, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16)
+0 getpeername(4, ..., ...)
`, func(s *script.Script) bool {
			text := script.Format(s)
			near := strings.Contains(text, `127.0.0.1")}, 16)`+"\n+0 getpeername") && follows(s, spec.OpSocket, spec.OpBind, spec.OpListen)
			return follows(s, spec.OpSocket, spec.OpConnect, spec.OpGetpeername) && (near || strings.Contains(text, "< S. "))
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)
+0 < S. 0:0(0) ack 1
+0 getpeername(3, ..., ...)
`},
		{"another order", `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 listen(3, 1)
+0 shutdown(3, SHUT_WR)
+0 close(9)
`, func(s *script.Script) bool {
			return follows(s, spec.OpSocket, spec.OpShutdown, spec.OpListen) ||
				follows(s, spec.OpSocket, spec.OpListen, spec.OpShutdown) && strings.Contains(script.Format(s), "close(9)")
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 shutdown(3, SHUT_WR)
+0 listen(3, 1)
`},
		{"one event less and another one changed", `
+0 socket(AF_INET, SOCK_STREAM, IPPROTO_IP)
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK)
+0 listen(3, 1)
+0 accept(3, ..., ...)
`, func(s *script.Script) bool {
			return follows(s, spec.OpSocket, spec.OpListen, spec.OpAccept) && strings.Contains(script.Format(s), "NONBLOCK")
		}, `
+0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP)
+0 listen(3, 1)
+0 accept(3, ..., ...)
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := parse(t, c.script)
			if !c.fails(s) {
				t.Fatal("the script does not fail to begin with")
			}
			if text := script.Format(Script(s, c.fails)); text != strings.TrimPrefix(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
		})
	}
}

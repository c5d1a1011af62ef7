/* The hand-sized machine of diffcheck/explore/hand.go: five sockets, each by
   itself, as far as connect moves them. Both have 21^5 states and the same
   transitions, so that the numbers compare. */
#define N 5
#define CLOSED     0
#define UNBOUND    1
#define BOUND      2
#define CONNECTING 3
#define CONNECTED  4
#define LISTENING  5
#define FAILED     6

byte st[N], er[N], nb[N], tr[N];

#define SOCKET(i) \
	:: d_step { st[i] == CLOSED -> st[i] = UNBOUND } \
	:: d_step { st[i] == UNBOUND -> st[i] = BOUND } \
	:: d_step { st[i] == UNBOUND || st[i] == BOUND -> st[i] = LISTENING } \
	:: d_step { st[i] == UNBOUND || st[i] == BOUND || st[i] == FAILED -> st[i] = CONNECTING; er[i] = 0; tr[i] = 0 } \
	:: d_step { st[i] == CONNECTING -> st[i] = CONNECTED; tr[i] = 0 } \
	:: d_step { st[i] == CONNECTING -> st[i] = FAILED; er[i] = 1; tr[i] = 0 } \
	:: d_step { st[i] == CONNECTING && tr[i] < 3 -> tr[i] = tr[i] + 1 } \
	:: d_step { st[i] == CONNECTED -> st[i] = FAILED; er[i] = 1 } \
	:: d_step { er[i] == 1 -> er[i] = 0 } \
	:: d_step { st[i] != CLOSED -> nb[i] = 1 - nb[i] } \
	:: d_step { st[i] != CLOSED -> st[i] = CLOSED; er[i] = 0; nb[i] = 0; tr[i] = 0 }

active proctype host() {
	do
	SOCKET(0)
	SOCKET(1)
	SOCKET(2)
	SOCKET(3)
	SOCKET(4)
	od
}

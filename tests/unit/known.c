/* SPDX-License-Identifier: ISC */
/*
 * The known identity and its cards.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/identity.h"
#include "fixture.h"
#include "keys/key.h"
#include "known.h"
#include "tap.h"

#define NAME "Zo\xc3\xab M\xc3\xbcller+1"

const char known_file[] = "# name: " NAME "\n"
			  "AGE-SECRET-KEY-PQ-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYS"
			  "NZS23V9CCRYDPK8QARC0S5DYVQQ\n";

const uint8_t known_public[WAX_ED25519_PUBLIC_SIZE] = {
	0x34, 0xb8, 0x92, 0x37, 0x85, 0xf0, 0x01, 0xdd, 0xde, 0xfb, 0xce,
	0xee, 0xc3, 0xb2, 0x3c, 0x62, 0xc0, 0xe4, 0x3a, 0x1e, 0x14, 0xfd,
	0x45, 0xf2, 0x17, 0x7a, 0x0d, 0x92, 0xb3, 0x30, 0x16, 0x40};

const uint8_t known_once[32] = {0x51, 0xac, 0xbd, 0x75, 0xe2, 0x98, 0xe5, 0xff,
				0xbf, 0x67, 0xbf, 0x5b, 0xa5, 0x80, 0xe6, 0x69,
				0x6e, 0xd7, 0x14, 0x65, 0xde, 0xaa, 0x5b, 0xb8,
				0x5a, 0x4d, 0x23, 0xfd, 0x51, 0x1f, 0xd4, 0x6a};

const char known_text[] =
	"wax/card/v1\n"
	"name Zo\xc3"
	"\xab"
	" M\xc3"
	"\xbc"
	"ller+1\n"
	"identity wax1xjufydu97qqamhhmemhv8v3uvtqwgws7zn75tush0gxe9vesz"
	"eqqcp9fmt\n"
	"recipient age1pq1da2qnzs2pejpz3npfd5kpwnqmpsr6ch5glu6kjvmg77kj"
	"pkvgzcxrkrrfglg3yr09py43e6yrjnvwfwth9cftdm8rfrzke5pe8n9szau34s"
	"tzj06vqnpqsa0hwjj7gz6vq5rsjz3t94d7dc6h65c6v688q7jhdnngw8k0qmp9"
	"0u8q98hhydgjaqzv569manexsz885wyc9mgsmj79xu0qk9m03e4x9ngdnl4cwl"
	"t3snpevqfwznfcxhuc49efjuxu88x8wnrdcu4efz3q83pc77sfscnagv67fq5r"
	"m7j44zyz639hf8ktygw7lvgp8psj0cy4tcqu0xedc6uf23usqkp3tt088dykju"
	"dnryt67gzmqaq0wj989n8ffszg09tj05qlkd3epmhxa4fesxklgg4uf3e8q9ec"
	"6l8sj9azdvgcers8gznt5v6p7qkxw5hdg9pqkmxac596r7j2h5zcqe3jf058qa"
	"kalrkrmmqny345zucwf34325aqxut39j3n7fpga9m0s2tkg399dwz7yx5zfrvn"
	"v37wezgfym874q6zhmrhjfg5wdm00rn7pakvhzfdwm9try0g4yf5uhvfwkdxn5"
	"ut9xr8pcmwglsxj273z6rjx4jdepsg00tvytm8yv7ghzvrvt2k28y0hwhydnrs"
	"4rkvxf0cxqxefc2hduxe0dnpyewdry2xu9ulvreswsp9sexdwf7lf3x2l6tswp"
	"hfjcth90qasr9gxc8vhveeu2nh34evy6u57q22kekgaufuvv3terzs08ec7aka"
	"pznldngyyz3g8cacrgqmp0w6upmd3kfv8meepzjw66zfz2fcpnc9egnav5erw2"
	"ajczzuwxtak34y3ym9dggf6762gn2vgryqpufzv9rp9jynpytv207af9zc2n58"
	"39qmhyuk0eavahu2cmnrvnvfgdxdhyytytsq4k4w6tlz3pmsx56x3qjhdalqhe"
	"nyat45kg3m5cp6cznselncvyqwy03hug4s7ctk2vyya4jdp08w43ppe9nlz248"
	"pprre2ccm63pjg7plzkkhgcshljjj0ftfrtcxlwr7n375p8uyxygwcwj8g06az"
	"q73n6yu3pyyhg3awxhfjzjm9wp5s8hlrqlzx8e76ugk4psww33jehc3vy8e2zd"
	"f9fpjqzkepgl9fuxkwy4srqx3f04s9hxc0zl56aejy94ys5t48u5q2c7xmawz6"
	"te5gcuj32g92y8r0nzrzy4xsmn84yzkg8yeag3vrzgfq408qhyt6xa4su9clv5"
	"4zun9c9zut48xdcqrdjtk3ety7svjgdw9pvqr5g6tdsgl5cnz7m0t9hakg87m3"
	"sg9kvphj55fpvpgsjvvp0t42vsk7xdtp0s0re09zm2pnu4fpt6tsvr89fw5rw2"
	"patpfwf743nwzzfnsvlyjhv2yaa8yp6t4emdmzfj8muwt4ej8qux7yfspwtr63"
	"c5rxqy9mtylzc6cuvuk3jv6z90numn0sz0jszzszhjutjt42pqt5fjeckav4ds"
	"g698ds9hp2nwzcmyxeextx76stq42vh83lt4edvgajdjn8hej2sdurhhttnqyk"
	"mkjkgzs9rsaryzt4n8j23gktzqhmswc6cvgshmxmqjxxxy6xex3y3twz85frkc"
	"x38pu255hyyydqktt8us6fesupva20f5pl8kr5ea2daeduyrl5up739eqecpyj"
	"krgldmhrsq8683tt90qdxqf9269jand5hntdvgj9ygch4v3592flhvfp5l6dyy"
	"k5ygda52uujaj5qeyf4qc23uwsnyw0ngt72we2md64ws3dzy88t8enl2cuuvxf"
	"ldl0w74lrnxuq3dln4g44ws92mmvszc7ut4m4e8a00u0m6p6a4v6ya8taz3nyw"
	"2qlhwnm83tv4l2cxwm6jv8vggrw0sax6amyl6qa0gtwedfk\n"
	"minisign RWRE2gIMiN90nIocCVSjM+fLipthM2AuCgRDIFnN/3+14zFsFjgVu"
	"DmK\n"
	"prekey 305419896 NYBy1jZYgNGu6jKa35EhODhR7SGijjt16WXQ0s0WYlQ i"
	"ue2pmpceQUq4qKOsxWqEbInrTgcgRFM/KTKEmcCG7sxNUNGABJd4IxUyvJiCGo"
	"YcJBpC6qJ7Qe99UkVl0eVe7JVTKFbcEAxUykXk7JBmMU0BEh0uxBiemwEIIBUA"
	"7uj0eFFE1ADqdLN+yJ6w4xp9kElI4igMwhL5uwXQhyZ6bmKBFpdAYl6mujCw+e"
	"ZRitoPnWOBDoFcCdnl/YrNugxPGAnBpqIH2EJ9nXMVuwKP5ocVzx9unCCF5ehu"
	"kIDR7ysOBYzd8BMiUoVIrKenuI5hqNg1TIecJmPEhuHkpuT+aJ+T2RShPWE8SJ"
	"W0RWX2KizKPg5XTaecVeDyxUfsWmM1Wi7zLVw3/GPlBU2SaVN63pbhIvMoRDEq"
	"UOcimSq0fPJAuNpPnscaOlv6FEo14SmLGAXm0ptSrgqSQmffKazuDpxVvMqFOF"
	"SwlWS3xB5SVeiMnQYaCdluFCC9hE2/PKqCVUvl2m/3Dglq0JEQlUYFkW7xOWXG"
	"FdjcoCU0JNeLqJjWxF5eLelWJMkC6RDr/xko8RIk0qwe0VbKNgs22J7I5Q+00w"
	"3xWpz97wHY0nMwulhGacj+DCJB2xsghUjbuNmWxADLhQPzMWIBDNj03TAuKSrQ"
	"atuJffG36kJZDpYwaYzN8Bt91iPW+yzzhc6aaOu+fiWpaBw0jYQnLATn9G3msD"
	"ODXFNwuGFUGYcHZWSH4yvcrN4X1VugDSfuhs6N2QOusJiL+uUDXCj49ey1YR7D"
	"MNnqdZtpbmDJaxR3qFb6yqkoLIFX5QWJSttGsa/uAcyknpnDuOCxesx+KeYhki"
	"5MmRArgTE4RKeFPGdG/yZY+i01PhT3UJsxiqfchBWsYAGlGAcCFPHZ8OycHgp2"
	"ewRGuuk/JCjndEFU2J7S+Q69ImgO2aqaLjNgawv1/WVdfenaty3sAwz2RFW2Oo"
	"xp2NvljUTqFoNlCQOfwuYx0mOjlZelDolXaayKlCw27cwNahmKUrMowpWozOLq"
	"BWLriO1llgBjuR0y4uGdfq26JYniITN07InmdgQbwwY2AJMLzy1PYe7PwO6pzy"
	"nv+nJK1Wom1LLDWiI6UYhROdNGnJAAZautrFJoYKXp7wboSJr41ICtUe67vtN3"
	"eSHUHgrAKLKc5u8/1A5o1rEqWR+t7NpXoRt7cRET4eLhLMPH4cuvidfKadXBVo"
	"w6kJAnPdjAGDHELtzjViIyeMlvthuwuEs6EMjG1JCLpIZwFeBgusYxWIe7pofP"
	"zif9Tdwa1BijZt7G2djSuZkJoeUhCF+YjVgjQQvuoG2fUS6t3Ag0JXJTmcmC1u"
	"it4cZEehrZkAcVISslKWvfVhDXcfILkWhaDIBPobLlSal9nsY4ttxUdYJxTKhz"
	"lRRxIFnNPEoO9xXEGQS33FvWoSrK+cTv5mAHtZlzFbFggVv2lFpFLzJPCtXOln"
	"NFDA5ZtOdJbKvVcNvFeYGHFqc1vd+3MkUiBeCqqXC7/Rt5MJbWfGyPTy1GFrKK"
	"YgAopNZXZp/9YOp0jRVUqEL/qXK/ZewYDqr/TSbZVtOenWbpewuWqP2aMC2Hr0"
	"468m5aTbWvWLQ5vLzjmMXBTp5shrydY3uQGP1I1//0kWXF8AuazYyOSqrJtuIx"
	"E5w56cnEQ\n"
	"issued 2026-11-23T10:00:00Z\n"
	"expires 2026-12-23T10:00:00Z\n"
	"\n"
	"\xe2"
	"\x80"
	"\x94"
	" Zo\xc3"
	"\xab"
	"-M\xc3"
	"\xbc"
	"ller-1 YS/RSL+y"
	"O9s4B3DqBt+BjI+GldNmmzDgaB+bx02tIBB01Ku5OxDEUjjDP2UTNfiURDjEi0"
	"mFcyiFHl5NDLTeErhvzgQ=\n";

struct wax_identities *known_identities(void)
{
	struct wax_identities *list = NULL;
	size_t n;

	if (wax_identities_new(NULL, NULL, &list, NULL) ||
	    fixture_read(list, known_file, strlen(known_file), NULL) ||
	    wax_identities_unlock(list, &n, NULL)) {
		printf("Bail out! no identity of a known seed\n");
		exit(1);
	}
	return list;
}

/* Bytes from first on. */
static void count(uint8_t *out, size_t len, uint8_t first)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(first + i);
}

void known_signer(uint8_t out[WAX_ED25519_SECRET_SIZE])
{
	uint8_t seed[WAX_XWING_SEED_SIZE];

	count(seed, sizeof(seed), 0);
	wax_identity_derive(seed, "wax/v1 identity", out);
}

void known_card(struct wax_card *card)
{
	struct wax_public_key key = {.kind = WAX_IDENTITY_MLKEM768X25519};
	uint8_t secret[32];
	char *recipient = NULL;

	*card = (struct wax_card){.name = NAME,
				  .identity = KNOWN_IDENTITY,
				  .minisign = KNOWN_MINISIGN,
				  .issued = KNOWN_ISSUED,
				  .expires = KNOWN_ISSUED + WAX_CARD_VALID};
	memcpy(card->key, known_public, sizeof(card->key));
	count(secret, sizeof(secret), 0);
	wax_xwing_public(key.bytes, secret);
	if (wax_public_key_text(&key, &recipient, NULL)) {
		printf("Bail out! no recipient\n");
		exit(1);
	}
	strcpy(card->recipient, recipient);
	free(recipient);
	card->prekey.id = 0x12345678;
	count(secret, sizeof(secret), 0x20);
	wax_x25519_base(card->prekey.x25519, secret);
	count(secret, sizeof(secret), 0x40);
	wax_xwing_public(card->prekey.xwing, secret);
}

static char folder[4096];

const char *known_folder(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/wax-test-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(folder)) {
		printf("Bail out! no folder for the test\n");
		exit(1);
	}
	return folder;
}

void known_folder_empty(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0))
			unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
}

void known_folder_remove(void)
{
	known_folder_empty();
	if (rmdir(folder))
		tap_ok(false, "the test's folder can be removed");
}

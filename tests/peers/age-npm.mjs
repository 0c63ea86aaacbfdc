// SPDX-License-Identifier: ISC
//
// age-npm.mjs seal [-a] -r RECIPIENT... | -p PASSPHRASE-FILE [-w FACTOR]
// age-npm.mjs open -i IDENTITY-FILE | -p PASSPHRASE-FILE
// age-npm.mjs recipient IDENTITY-FILE
//
// npm's age-encryption as a filter from standard input to standard output, in
// constant memory where nothing is armored. PEERS_NPM is the folder that
// scripts/peers.sh has installed it in.

import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

// Node 18 has it, but not under this name.
globalThis.crypto ??= webcrypto;

const prefix = process.env.PEERS_NPM ??
	new URL("../../build/peers/npm", import.meta.url).pathname;
const age = await import(pathToFileURL(
	`${prefix}/node_modules/age-encryption/dist/index.js`));

const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

function passphrase(path) {
	return readFileSync(path, "utf8").replace(/\n$/, "");
}

function identities(path) {
	return readFileSync(path, "utf8").split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
}

function input() {
	return Readable.toWeb(process.stdin);
}

function output(stream) {
	return stream.pipeTo(Writable.toWeb(process.stdout));
}

async function seal(options) {
	const to = new age.Encrypter();
	for (const recipient of options.recipient ?? [])
		to.addRecipient(recipient);
	if (options.passphrase)
		to.setPassphrase(passphrase(options.passphrase));
	if (options["work-factor"])
		to.setScryptWorkFactor(Number(options["work-factor"]));
	if (!options.armor)
		return output(await to.encrypt(input()));
	const sealed = await to.encrypt(new Uint8Array(
		await buffer(process.stdin)));
	return output(new Blob([age.armor.encode(sealed)]).stream());
}

// The first bytes tell whether the input is armored; they are put back.
async function armored(stream) {
	const reader = stream.getReader();
	const chunks = [];
	let text = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			break;
		chunks.push(value);
		text += Buffer.from(value).toString("latin1");
		if (text.length >= ARMOR.length)
			break;
	}
	const rest = new ReadableStream({
		async pull(controller) {
			const { done, value } = chunks.length
				? { value: chunks.shift() }
				: await reader.read();
			if (done)
				controller.close();
			else
				controller.enqueue(value);
		},
	});
	return [text.startsWith(ARMOR), rest];
}

async function open(options) {
	const from = new age.Decrypter();
	for (const path of options.identity ?? [])
		identities(path).forEach((line) => from.addIdentity(line));
	if (options.passphrase)
		from.addPassphrase(passphrase(options.passphrase));
	const [isArmored, stream] = await armored(input());
	if (!isArmored)
		return output(await from.decrypt(stream));
	const text = (await buffer(stream)).toString("latin1");
	const plain = await from.decrypt(age.armor.decode(text));
	return output(new Blob([plain]).stream());
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		armor: { type: "boolean", short: "a" },
		recipient: { type: "string", short: "r", multiple: true },
		identity: { type: "string", short: "i", multiple: true },
		passphrase: { type: "string", short: "p" },
		"work-factor": { type: "string", short: "w" },
	},
});

try {
	if (positionals[0] === "seal")
		await seal(values);
	else if (positionals[0] === "open")
		await open(values);
	else
		for (const line of identities(positionals[1]))
			console.log(await age.identityToRecipient(line));
} catch (error) {
	console.error(`age-npm: ${error.message}`);
	process.exitCode = 1;
}

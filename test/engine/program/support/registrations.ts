import * as pulumi from "@pulumi/pulumi";

export const type = "pulumi-nodejs:dynamic/upcloud:ServerIpAddress";
/** The `__provider` of a ServerIpAddress. */
export const text = 'exports.handler = () => require("pulumi-upcloud-ip/provider").serverIpAddress;';

/** What the resources of a program ask the engine to register, which creates nothing. */
export class Registrations {
  /** In the order in which they come. */
  readonly all: pulumi.runtime.MockResourceArgs[] = [];

  /** Of each test that follows by itself. */
  static ofEachTest(): Registrations {
    const registrations = new Registrations();
    beforeAll(() =>
      pulumi.runtime.setMocks({
        newResource: (args) => {
          registrations.all.push(args);
          return { id: args.id || `id-of-${args.name}`, state: args.inputs };
        },
        call: () => ({}),
      }),
    );
    beforeEach(() => {
      registrations.all.length = 0;
    });
    // Waits for what is declared and not registered yet.
    afterAll(() => pulumi.runtime.disconnect());
    return registrations;
  }

  async of(resource: pulumi.Resource): Promise<pulumi.runtime.MockResourceArgs> {
    const urn = await valueIn(resource.urn);
    return this.all.find(({ name }) => urn.endsWith(`::${name}`)) as pulumi.runtime.MockResourceArgs;
  }
}

export const valueIn = <T>(output: pulumi.Output<T>) => new Promise<T>((done) => output.apply(done));

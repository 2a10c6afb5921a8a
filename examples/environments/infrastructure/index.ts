import * as pulumi from "@pulumi/pulumi";

// In a program of yours this is the `id` of a server that it makes, with @upcloud/pulumi-upcloud for instance.
export const mailServer = new pulumi.Config().require("mailServer");
